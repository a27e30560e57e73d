"""reaper: a schedule -> what stands still fails with a reason; interrupted releases are finished."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from crackling_aws.genomes import GenomeStore
from crackling_aws.jobs import JobStore
from crackling_aws.messages import ScanJob
from crackling_aws.queues import Queue
from crackling_lambdas.handlers.entry import Answer, Event, Handler, entry_point
from crackling_lambdas.handlers.settings import ReaperSettings
from crackling_lambdas.logic.reaping import Reaper
from crackling_preparation.release import Failure, Release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from crackling_aws.clients import Clients


def make_handler(
    environ: Mapping[str, str], clients: Clients, clock: Callable[[], float] = time.time
) -> Handler:
    settings = ReaperSettings.load(environ)
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    scans = Queue[ScanJob](clients.sqs, settings.scan_queue_url)
    release, failure = Release(genomes, jobs, scans, clock), Failure(genomes, jobs, clock)
    reaper = Reaper(jobs, genomes, release, failure, patience=60 * settings.stuck_minutes, clock=clock)

    def handle(_event: Event, _context: LambdaContext) -> Answer:
        reaper.run()
        return {}

    return handle


handler = entry_point(make_handler)
