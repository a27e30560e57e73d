"""Run a job on the local cloud and report what it cost by stage, from the bill's own items and without estimates."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import prices
from localcloud.metering import Charge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from delivery.api_client import ApiClient
    from localcloud.cloud import LocalCloud
    from localcloud.metering import Usage
    from localcloud.runtime import Invocation

# The stages by the service name in a function's logs and traces, in the order in which a job passes through them.
STAGES: Final = {
    "api": "API",
    "scheduler": "scheduler",
    "target_scan": "scan",
    "consensus": "consensus",
    "off_target": "off-target",
}
FED_BY_QUEUE: Final = ("scan", "consensus", "off-target")
POLLER_REQUESTS: Final = 2  # per invocation: one to receive the batch, one to delete it
FIRST_PAUSE, SLOWER, LONGEST_PAUSE = 0.4, 1.2, 5.0  # seconds; the page polls a job in the same way
SETTLING_SECONDS: Final = 1.0  # from a job's last write to the end of the invocation that made it
FREE_SCRATCH_MIB: Final = 512


@dataclass(frozen=True)
class Stage:
    """Hold what one function did for a job, in seconds; `began` and `ended` are measured from submission."""

    name: str
    began: float
    ended: float
    messages: int  # messages that it sent
    invocations: int
    starts: int  # starts of execution environments
    billed: float
    work: float
    gb_seconds: float
    bill: dict[str, float]  # dollars by service

    @property
    def dollars(self) -> float:
        return sum(self.bill.values())

    @property
    def overhead(self) -> float | None:
        """The share of billed time that was not its own work; None for a stage that does not measure its work."""
        return 1 - self.work / self.billed if self.work else None


@dataclass(frozen=True)
class Job:
    """A job from submission to completion."""

    bases: int
    guides: int
    seconds: float
    stages: tuple[Stage, ...]

    def total(self, field: str) -> float:
        return float(sum(getattr(stage, field) for stage in self.stages))

    @property
    def dollars(self) -> float:
        return self.total("dollars")


@dataclass(frozen=True)
class Deployed:
    """A function as it is deployed."""

    stage: str
    scratch_gb: float  # the part that is paid for


class Bench:
    """Submits jobs and attributes to them everything that happens meanwhile, so nothing else may run."""

    def __init__(self, cloud: LocalCloud, api: ApiClient, genome: str) -> None:
        self._cloud, self._api, self._genome = cloud, api, genome
        self._functions = dict(_functions(cloud))

    def run(self, sequence: str) -> Job:
        """Submit a query, poll it as the page does, and add up its costs."""
        invoked, used = len(self._cloud.invocations()), len(self._cloud.usage())
        logged, start = int(time.time() * 1000), time.monotonic()
        guides = self._follow(self._api.submit(sequence=sequence, genome=self._genome))
        time.sleep(SETTLING_SECONDS)
        invocations = self._by_stage(self._cloud.invocations()[invoked:])
        usage = self._by_stage(self._cloud.usage()[used:])
        logs = self._logs(logged)
        stages = tuple(
            self._stage(
                name,
                start,
                invocations[name],
                usage[name],
                [line for one in invocations[name] for line in logs[one.request_id]],
            )
            for name in STAGES.values()
        )
        seconds = max(stage.ended for stage in stages if stage.name in FED_BY_QUEUE)
        return Job(len(sequence), guides, seconds, stages)

    def _follow(self, job: str) -> int:
        pause = FIRST_PAUSE
        while (answer := self._api.get(f"/jobs/{job}"))["status"] != "complete":
            if answer["status"] == "failed":
                raise RuntimeError(f"the job failed: {answer['reason']}")
            time.sleep(pause)
            pause = min(pause * SLOWER, LONGEST_PAUSE)
        return int(answer["progress"]["guides"])

    def _by_stage(self, happened: Sequence[Any]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        for one in happened:
            if one.function in self._functions:
                found[self._functions[one.function].stage].append(one)
        return found

    def _stage(
        self, name: str, start: float, invocations: list[Invocation], usage: list[Usage], logs: list[str]
    ) -> Stage:
        return Stage(
            name=name,
            began=min((one.began for one in invocations), default=start) - start,
            ended=max((one.ended for one in invocations), default=start) - start,
            messages=sum(one.messages for one in usage),
            invocations=len(invocations),
            starts=sum(one.init_seconds > 0.01 for one in invocations),
            billed=sum(one.billed_ms for one in invocations) / 1000,
            work=sum(map(_work_seconds, logs)),
            gb_seconds=sum(one.gb_seconds for one in invocations),
            bill=self._bill(name, invocations, usage, logs),
        )

    def _bill(
        self, name: str, invocations: list[Invocation], usage: list[Usage], logs: list[str]
    ) -> dict[str, float]:
        scratch = sum(one.billed_ms / 1000 * self._functions[one.function].scratch_gb for one in invocations)
        bill = defaultdict(float)
        bill["Lambda"] = (
            sum(one.gb_seconds for one in invocations) * prices.LAMBDA_GB_SECOND
            + scratch * prices.LAMBDA_SCRATCH_GB_SECOND
            + len(invocations) * prices.LAMBDA_REQUEST
        )
        for one in usage:
            bill[one.charge.service] += one.units * prices.SERVICES[one.charge]
        # Requests reach the API through two more services; Lambda reads tables' streams free of charge.
        if name == "API":
            bill["API Gateway"] = len(invocations) * prices.API_REQUEST
            bill["CloudFront"] = len(invocations) * prices.CLOUDFRONT_REQUEST
        elif name in FED_BY_QUEUE:
            bill[Charge.SQS.service] += len(invocations) * POLLER_REQUESTS * prices.SERVICES[Charge.SQS]
        bill["CloudWatch"] = sum(map(len, logs)) * prices.LOG_BYTE
        return dict(bill)

    def _logs(self, since: int) -> dict[str, list[str]]:
        """Return the log lines of each invocation, by request id; `since` is in milliseconds since the epoch."""
        client, lines, request = self._cloud.client("logs"), defaultdict(list), ""
        for group in client.describe_log_groups()["logGroups"]:
            pages = client.get_paginator("filter_log_events")
            for page in pages.paginate(logGroupName=group["logGroupName"], startTime=since):
                for event in page["events"]:
                    if event["message"].startswith("START RequestId: "):
                        request = event["message"].split()[2]
                    lines[request].append(event["message"])
        return lines


def _functions(cloud: LocalCloud) -> Iterator[tuple[str, Deployed]]:
    for found in cloud.client("lambda").get_paginator("list_functions").paginate():
        for function in found["Functions"]:
            variables = function.get("Environment", {}).get("Variables", {})
            if stage := STAGES.get(variables.get("POWERTOOLS_SERVICE_NAME", "")):
                scratch = max(0, function["EphemeralStorage"]["Size"] - FREE_SCRATCH_MIB) / 1024
                yield function["FunctionName"], Deployed(stage, scratch)


def _work_seconds(line: str) -> float:
    return float(json.loads(line)["seconds"]) if '"message":"Work"' in line else 0.0
