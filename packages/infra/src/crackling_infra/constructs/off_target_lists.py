"""List the off-targets of a guide when a request of the API has not the time for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from constructs import Construct

from crackling_infra.constructs.functions import FULL_SCRATCH_MIB, ONE_CPU_MIB
from crackling_infra.constructs.queues import QueueConsumer

if TYPE_CHECKING:
    from crackling_infra.constructs.functions import Functions
    from crackling_infra.settings import Settings


class OffTargetLists(Construct):
    """Create the function that makes lists, behind its queue."""

    def __init__(
        self, scope: Construct, construct_id: str, *, functions: Functions, settings: Settings
    ) -> None:
        super().__init__(scope, construct_id)
        # The parts of indexes that it has fetched stay on its disk for the next list.
        self.function = functions.make(
            self,
            "Making",
            "off_target_list",
            timeout=Duration.minutes(5),
            memory_mib=ONE_CPU_MIB,
            scratch_mib=FULL_SCRATCH_MIB,
        )
        self.consumer = QueueConsumer(
            self,
            "Lists",
            function=self.function,
            batch_size=1,
            max_concurrency=settings.preparation_concurrency,
        )
