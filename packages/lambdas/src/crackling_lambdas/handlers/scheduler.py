"""Admit new jobs and begin preparations, for records of the streams of the Jobs and Genomes tables.

A new job is scanned, or waits for its genome. A genome that was claimed begins to be prepared.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from crackling_aws.messages import PrepareGenome, ScanJob
from crackling_aws.preparation.release import Failure, Release
from crackling_aws.queues import Queue
from crackling_aws.stores.genome_items import GENOME_ITEM
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore
from crackling_aws.stores.usage import UsageStore
from crackling_lambdas.caps import Cap, Caps, Resource
from crackling_lambdas.genomes.claims import Claims
from crackling_lambdas.genomes.expectation import Expectations
from crackling_lambdas.genomes.ncbi import BRIEF_RETRY_POLICY, NcbiClient
from crackling_lambdas.genomes.preparation import Preparations
from crackling_lambdas.genomes.sizes import Sizes
from crackling_lambdas.jobs.admission import Admission
from crackling_lambdas.runtime.entry import Handler, entry_point
from crackling_lambdas.runtime.settings import SchedulerSettings
from crackling_lambdas.runtime.streams import stream_handler
from crackling_lambdas.runtime.workers import make_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crackling_aws.clients import Clients
    from crackling_lambdas.genomes.preparation import Launcher
    from crackling_lambdas.genomes.sizes import Assemblies
    from crackling_lambdas.runtime.streams import Keys


def make_handler(
    environ: Mapping[str, str],
    clients: Clients,
    clock: Callable[[], float] = time.time,
    assemblies: Assemblies | None = None,
    launcher: Launcher | None = None,
) -> Handler:
    settings = SchedulerSettings.load(environ)
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    scans = Queue[ScanJob](clients.sqs, settings.scan_queue_url)
    failure = Failure(genomes=genomes, jobs=jobs, clock=clock)
    claims = Claims(genomes=genomes, clock=clock)
    admission = Admission(
        jobs=jobs,
        genomes=genomes,
        claims=claims,
        release=Release(genomes=genomes, jobs=jobs, scans=scans, clock=clock),
        failure=failure,
        clock=clock,
    )
    preparations = Preparations(
        genomes=genomes,
        sizes=Sizes(
            assemblies=assemblies
            or NcbiClient(settings=settings, clients=clients, retry_policy=BRIEF_RETRY_POLICY),
            objects=ObjectStore(clients.s3, settings.genome_bucket),
        ),
        downloads=Queue[PrepareGenome](clients.sqs, settings.download_queue_url),
        launcher=launcher or make_workers(settings, clients),
        failure=failure,
        expectations=Expectations(genomes=genomes, lambda_limit_bases=settings.lambda_limit_bases),
        caps=Caps(
            usage=UsageStore(clients.dynamodb, settings.usage_table),
            caps={Resource.WORKER_HOURS: Cap(0, settings.daily_worker_hours)},
            clock=clock,
        ),
        worker_hours=settings.worker_hours,
        clock=clock,
    )

    def schedule(event_name: str, keys: Keys) -> None:
        # The event sources filter too, which spares invocations; this holds without it.
        if "jobId" in keys:
            if event_name == "INSERT":
                admission.admit(keys["jobId"]["S"])
        elif keys["item"]["S"] == GENOME_ITEM:
            preparations.begin(keys["genomeId"]["S"])

    return stream_handler(schedule)


handler = entry_point(make_handler)
