"""Prepare a genome: download it, then build its index, which releases the jobs; bowtie2's index is built on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from constructs import Construct

from crackling_infra.constructs.functions import FULL_SCRATCH_MIB, ONE_CPU_MIB
from crackling_infra.constructs.queues import QueueConsumer

if TYPE_CHECKING:
    from crackling_infra.constructs.functions import Function, Functions
    from crackling_infra.settings import Settings

_LONGEST = Duration.minutes(15)


class Preparation(Construct):
    """Create the downloader and the builders of the indexes, each behind a queue; a message names one genome."""

    def __init__(
        self, scope: Construct, construct_id: str, *, functions: Functions, settings: Settings
    ) -> None:
        super().__init__(scope, construct_id)
        self._concurrency = settings.preparation_concurrency
        self.downloader = self._consumer(
            "Download",
            functions.make(
                self,
                "Downloader",
                "downloader",
                timeout=_LONGEST,
                memory_mib=ONE_CPU_MIB,
                scratch_mib=FULL_SCRATCH_MIB,
                environment={
                    "NCBI_URL": settings.ncbi_url,
                    "LAMBDA_LIMIT_BASES": str(settings.lambda_limit_bases),
                },
            ),
        )
        self.bowtie2_index = self._index(functions, "Bowtie2", "bowtie2_index", layers=("bowtie2",))
        self.issl_index = self._index(functions, "Issl", "issl_index")
        self.consumers = (self.downloader, self.bowtie2_index, self.issl_index)

    def _index(
        self, functions: Functions, construct_id: str, module: str, layers: tuple[str, ...] = ()
    ) -> QueueConsumer:
        """Create an index builder with the most memory, time and disk that Lambda offers.

        In an established account, a human genome must fit.
        """
        function = functions.make(
            self,
            f"{construct_id}Index",
            module,
            timeout=_LONGEST,
            memory_mib=10_240,
            scratch_mib=FULL_SCRATCH_MIB,
            layers=layers,
        )
        return self._consumer(construct_id, function)

    def _consumer(self, construct_id: str, function: Function) -> QueueConsumer:
        return QueueConsumer(
            self, construct_id, function=function, batch_size=1, max_concurrency=self._concurrency
        )
