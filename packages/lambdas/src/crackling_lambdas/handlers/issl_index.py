"""Build the indexes that specificity is scored with, for messages of the ISSL queue."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from crackling_aws.messages import PrepareGenome, ScanJob
from crackling_aws.preparation.indexing import IsslIndex, build_issl
from crackling_aws.preparation.progress import FUNCTION_SECONDS
from crackling_aws.preparation.release import Failure, Release
from crackling_aws.queues import Queue
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore
from crackling_lambdas.runtime.consumer import Consumer, SourceQueue
from crackling_lambdas.runtime.entry import Handler, entry_point
from crackling_lambdas.runtime.settings import IsslSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crackling_aws.clients import Clients
    from crackling_aws.preparation.indexing import Build


def make_handler(
    environ: Mapping[str, str],
    clients: Clients,
    clock: Callable[[], float] = time.time,
    build: Build | None = None,
) -> Handler:
    settings = IsslSettings.load(environ)
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    scans = Queue[ScanJob](clients.sqs, settings.scan_queue_url)
    failure = Failure(genomes=genomes, jobs=jobs, clock=clock)
    index = IsslIndex(
        genomes=genomes,
        objects=ObjectStore(clients.s3, settings.genome_bucket),
        release=Release(genomes=genomes, jobs=jobs, scans=scans, clock=clock),
        failure=failure,
        build=build or partial(build_issl, settings.shard_bases),
        clock=clock,
        max_seconds=FUNCTION_SECONDS,
    )
    task = "building the genome's index"
    source = SourceQueue.of(clients.sqs, settings)
    return Consumer(
        source=source, kind=PrepareGenome, work=index.run, fail=failure.fail_preparation, task=task
    ).handler()


handler = entry_point(make_handler)
