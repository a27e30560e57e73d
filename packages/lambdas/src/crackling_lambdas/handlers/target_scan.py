"""Find the sites of a query and queue them for both scorings, for messages of the scan queue."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from crackling_aws.messages import ScanJob, ScoreChunk
from crackling_aws.queues import Queue
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore
from crackling_aws.stores.targets import TargetStore
from crackling_lambdas.genomes.annotations import Annotations
from crackling_lambdas.jobs.failing import fail_job
from crackling_lambdas.jobs.regions import Regions
from crackling_lambdas.jobs.scanning import Scan
from crackling_lambdas.runtime.consumer import Consumer, SourceQueue
from crackling_lambdas.runtime.entry import Handler, entry_point
from crackling_lambdas.runtime.settings import ScanSettings
from crackling_lambdas.runtime.telemetry import log_work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crackling_aws.clients import Clients


def make_handler(
    environ: Mapping[str, str], clients: Clients, clock: Callable[[], float] = time.time
) -> Handler:
    settings = ScanSettings.load(environ)
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    files = ObjectStore(clients.s3, settings.genome_bucket)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    scan = Scan(
        jobs=jobs,
        targets=TargetStore(clients.dynamodb, settings.targets_table, settings.jobs_table),
        queries=ObjectStore(clients.s3, settings.data_bucket),
        read_preparation=genomes.preparation,
        regions=Regions(objects=files, annotations=Annotations(objects=files)),
        consensus=Queue[ScoreChunk](clients.sqs, settings.consensus_queue_url),
        off_target=Queue[ScoreChunk](clients.sqs, settings.off_target_queue_url),
        clock=clock,
        measure=log_work,
    )
    source, task = SourceQueue.of(clients.sqs, settings), "scanning the query"
    return Consumer(
        source=source, kind=ScanJob, work=scan.run, fail=fail_job(jobs, clock), task=task
    ).handler()


handler = entry_point(make_handler)
