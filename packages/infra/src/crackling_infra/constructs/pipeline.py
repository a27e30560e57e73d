"""Run a job: scan the query for guides, then assess efficiency and score off-targets side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from constructs import Construct

from crackling_infra.constructs.functions import FULL_SCRATCH_MIB, ONE_CPU_MIB
from crackling_infra.constructs.queues import QueueConsumer

if TYPE_CHECKING:
    from crackling_infra.constructs.functions import Function, Functions
    from crackling_infra.settings import Settings


class Pipeline(Construct):
    """Create the scan and the two functions that score chunks, each behind a queue."""

    def __init__(
        self, scope: Construct, construct_id: str, *, functions: Functions, settings: Settings
    ) -> None:
        super().__init__(scope, construct_id)
        self._functions = functions
        self._concurrency = settings.scoring_concurrency
        self.target_scan = self._target_scan()
        self.consensus = self._consensus()
        self.off_target = self._off_target()
        self.consumers = (self.target_scan, self.consensus, self.off_target)

    def _target_scan(self) -> QueueConsumer:
        function = self._functions.make(
            self, "TargetScan", "target_scan", timeout=Duration.minutes(5), memory_mib=ONE_CPU_MIB
        )
        return self._consumer("Scan", function, batch_size=1)

    def _consensus(self) -> QueueConsumer:
        """Create the consensus stage.

        Each chunk gets a CPU of its own. Its folds take milliseconds; importing ViennaRNA takes a tenth of a second.
        """
        function = self._functions.make(
            self,
            "ConsensusScores",
            "consensus",
            timeout=Duration.minutes(1),
            memory_mib=ONE_CPU_MIB,
            layers=("viennarna",),
        )
        return self._consumer("Consensus", function, batch_size=1)

    def _off_target(self) -> QueueConsumer:
        """Create the off-target stage.

        Scoring a chunk takes milliseconds; memory and disk are for the index, which is downloaded once per sandbox.
        """
        function = self._functions.make(
            self,
            "OffTargetScores",
            "off_target",
            timeout=Duration.minutes(5),
            memory_mib=2 * ONE_CPU_MIB,
            scratch_mib=FULL_SCRATCH_MIB,
        )
        return self._consumer("OffTarget", function, batch_size=10)

    def _consumer(self, construct_id: str, function: Function, *, batch_size: int) -> QueueConsumer:
        return QueueConsumer(
            self,
            construct_id,
            function=function,
            batch_size=batch_size,
            max_concurrency=self._concurrency,
        )
