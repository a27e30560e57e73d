"""Start new jobs and claimed genomes, and retry or fail those that stop making progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from crackling_infra.acknowledge import acknowledge
from crackling_infra.constructs.queues import DeadLetterQueue
from crackling_infra.constructs.streams import wake

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb

    from crackling_infra.constructs.functions import Function, Functions
    from crackling_infra.settings import Settings

_NEW: Final[dict[str, object]] = {"eventName": lambda_.FilterRule.is_equal("INSERT")}
# A claimed genome whose preparation has not begun; later writes of the preparation do not invoke the function.
_CLAIMED: Final[dict[str, object]] = {
    "dynamodb": {
        "NewImage": {
            "item": {"S": lambda_.FilterRule.is_equal("genome")},
            "state": {"S": lambda_.FilterRule.is_equal("preparing")},
            "venue": {"S": lambda_.FilterRule.not_exists()},
        }
    }
}


class Scheduling(Construct):
    """Create the scheduler on the streams of Jobs and Genomes, and the reaper on a timer."""

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
        # One record at a time, since each may wait for NCBI.
        wake(self.scheduler, genomes, _CLAIMED, self.preparation_failures, batch_size=1)
        self.reaper = self._reaper()

    def _scheduler(self, settings: Settings) -> Function:
        return self._functions.make(
            self,
            "Scheduler",
            "scheduler",
            timeout=Duration.minutes(2),  # it waits for NCBI's answers
            memory_mib=512,
            environment={
                "LAMBDA_LIMIT_BASES": str(settings.lambda_limit_bases),
                "NCBI_URL": settings.ncbi_url,
                "DAILY_WORKER_HOURS": str(settings.daily_worker_hours),
            },
        )

    def _reaper(self) -> Function:
        function = self._functions.make(self, "Reaper", "reaper", timeout=Duration.minutes(1), memory_mib=512)
        rule = events.Rule(self, "ReaperSchedule", schedule=events.Schedule.rate(Duration.minutes(5)))
        rule.add_target(targets.LambdaFunction(function, retry_attempts=2, max_event_age=Duration.minutes(5)))
        acknowledge(rule, "A lost tick does no harm: the next finds the same jobs.", "Serverless-EventBusDLQ")
        return function
