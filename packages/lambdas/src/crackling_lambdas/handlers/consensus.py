"""Assess the efficiency of guides by three methods, for messages of the consensus queue."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from crackling import efficiency
from crackling_aws.messages import ScoreChunk
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.targets import TargetStore
from crackling_lambdas.jobs.failing import fail_job
from crackling_lambdas.jobs.scoring import Assess, Chunks, ConsensusScoring
from crackling_lambdas.runtime.consumer import Consumer, SourceQueue
from crackling_lambdas.runtime.entry import Handler, entry_point
from crackling_lambdas.runtime.settings import ConsensusSettings
from crackling_lambdas.runtime.telemetry import log_work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crackling_aws.clients import Clients


def make_handler(
    environ: Mapping[str, str],
    clients: Clients,
    clock: Callable[[], float] = time.time,
    assess: Assess = efficiency.assess,
) -> Handler:
    settings = ConsensusSettings.load(environ)
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    targets = TargetStore(clients.dynamodb, settings.targets_table, settings.jobs_table)
    work = ConsensusScoring(
        chunks=Chunks(read_job=jobs.get, targets=targets), assess=assess, clock=clock, measure=log_work
    ).run
    task = "scoring efficiency"
    source = SourceQueue.of(clients.sqs, settings)
    return Consumer(
        source=source, kind=ScoreChunk, work=work, fail=fail_job(jobs, clock), task=task
    ).handler()


handler = entry_point(make_handler)
