"""Retry or fail whatever makes no progress, and delete jobs that have expired, on a schedule."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from crackling_aws.messages import ScanJob
from crackling_aws.preparation.release import Failure, Release
from crackling_aws.queues import Queue
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore
from crackling_aws.stores.targets import TargetStore
from crackling_lambdas.genomes.claims import Claims
from crackling_lambdas.jobs.deletion import Deletion
from crackling_lambdas.reaping import Reaper, TimeLimits
from crackling_lambdas.runtime.entry import Answer, Event, Handler, entry_point
from crackling_lambdas.runtime.settings import ReaperSettings
from crackling_lambdas.runtime.workers import make_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from crackling_aws.clients import Clients
    from crackling_lambdas.reaping import Fleet


def make_handler(
    environ: Mapping[str, str],
    clients: Clients,
    clock: Callable[[], float] = time.time,
    fleet: Fleet | None = None,
) -> Handler:
    settings = ReaperSettings.load(environ)
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    scans = Queue[ScanJob](clients.sqs, settings.scan_queue_url)
    release, failure = (
        Release(genomes=genomes, jobs=jobs, scans=scans, clock=clock),
        Failure(genomes=genomes, jobs=jobs, clock=clock),
    )
    limits = TimeLimits(
        stalled_seconds=60 * settings.stuck_minutes, worker_seconds=3600 * settings.worker_hours
    )
    fleet = fleet or make_workers(settings, clients)
    targets = TargetStore(clients.dynamodb, settings.targets_table, settings.jobs_table)
    objects = ObjectStore(clients.s3, settings.data_bucket)
    deletion = Deletion(jobs=jobs, targets=targets, genomes=genomes, objects=objects, clock=clock)
    reaper = Reaper(
        jobs=jobs,
        genomes=genomes,
        release=release,
        failure=failure,
        claims=Claims(genomes=genomes, clock=clock),
        objects=ObjectStore(clients.s3, settings.genome_bucket),
        fleet=fleet,
        limits=limits,
        clock=clock,
    )

    def handle(_event: Event, _context: LambdaContext) -> Answer:
        reaper.run()
        deletion.delete_due()
        return {}

    return handle


handler = entry_point(make_handler)
