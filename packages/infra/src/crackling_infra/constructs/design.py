"""From a new job to scored guides: the streams, the scan, and both scores side by side; and the reaper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from crackling_infra.acknowledge import acknowledge
from crackling_infra.constructs.functions import FULL_SCRATCH_MIB, ONE_CPU_MIB
from crackling_infra.constructs.queues import DeadLetterQueue, Worker
from crackling_infra.constructs.streams import wake

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb

    from crackling_infra.constructs.functions import Function, Functions
    from crackling_infra.settings import Settings


_NEW: Final[dict[str, object]] = {"eventName": lambda_.FilterRule.is_equal("INSERT")}
# A genome that was claimed and has not begun: what its preparation writes later wakes nobody.
_CLAIMED: Final[dict[str, object]] = {
    "dynamodb": {
        "NewImage": {
            "item": {"S": lambda_.FilterRule.is_equal("genome")},
            "state": {"S": lambda_.FilterRule.is_equal("preparing")},
            "place": {"S": lambda_.FilterRule.not_exists()},
        }
    }
}


class Design(Construct):
    """The scheduler on the streams of Jobs and Genomes, the scan, the scorers of chunks, and the reaper."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Functions,
        jobs: dynamodb.Table,
        genomes: dynamodb.Table,
        settings: Settings,
    ) -> None:
        super().__init__(scope, construct_id)
        self._functions = functions
        self.scheduler_failures = DeadLetterQueue(self, "SchedulerFailures")
        self.preparation_failures = DeadLetterQueue(self, "PreparationFailures")
        self.scheduler = self._scheduler(settings)
        wake(self.scheduler, jobs, _NEW, self.scheduler_failures, batch_size=10)
        # One at a time: each may wait for NCBI.
        wake(self.scheduler, genomes, _CLAIMED, self.preparation_failures, batch_size=1)
        self.reaper = self._reaper()
        self.target_scan = self._target_scan(settings)
        self.consensus = self._consensus(settings)
        self.off_target = self._off_target(settings)
        self.workers = (self.target_scan, self.consensus, self.off_target)

    def _scheduler(self, settings: Settings) -> Function:
        return self._functions.make(
            self,
            "Scheduler",
            "scheduler",
            timeout=Duration.minutes(2),  # it waits for NCBI's answers
            memory_mib=512,
            environment={
                "BOWTIE2": settings.bowtie2,
                "LAMBDA_LIMIT_BASES": str(settings.lambda_limit_bases),
                "NCBI_URL": settings.ncbi_url,
            },
        )

    def _reaper(self) -> Function:
        function = self._functions.make(self, "Reaper", "reaper", timeout=Duration.minutes(1), memory_mib=512)
        rule = events.Rule(self, "ReaperSchedule", schedule=events.Schedule.rate(Duration.minutes(5)))
        rule.add_target(targets.LambdaFunction(function, retry_attempts=2, max_event_age=Duration.minutes(5)))
        acknowledge(rule, "A lost tick does no harm: the next finds the same jobs.", "Serverless-EventBusDLQ")
        return function

    def _target_scan(self, settings: Settings) -> Worker:
        function = self._functions.make(
            self, "TargetScan", "target_scan", timeout=Duration.minutes(5), memory_mib=ONE_CPU_MIB
        )
        return Worker(
            self, "Scan", function=function, batch_size=1, max_concurrency=settings.scoring_concurrency
        )

    def _consensus(self, settings: Settings) -> Worker:
        """Each chunk has a CPU of its own. Its folds take milliseconds, importing ViennaRNA a tenth of a second."""
        function = self._functions.make(
            self,
            "Consensus",
            "consensus",
            timeout=Duration.minutes(1),
            memory_mib=ONE_CPU_MIB,
            layers=("viennarna",),
        )
        return self._scorer("OnTarget", function, settings, batch_size=1)

    def _off_target(self, settings: Settings) -> Worker:
        """Scoring takes milliseconds a chunk; its size is for fetching the index, once a sandbox."""
        function = self._functions.make(
            self,
            "OffTargetScores",
            "off_target",
            timeout=Duration.minutes(5),
            memory_mib=2 * ONE_CPU_MIB,
            scratch_mib=FULL_SCRATCH_MIB,
        )
        return self._scorer("OffTarget", function, settings, batch_size=10)

    def _scorer(
        self, construct_id: str, function: Function, settings: Settings, *, batch_size: int
    ) -> Worker:
        return Worker(
            self,
            construct_id,
            function=function,
            batch_size=batch_size,
            max_concurrency=settings.scoring_concurrency,
        )
