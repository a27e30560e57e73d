"""Assemble what the two index builders share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling_aws.messages import ScanJob
from crackling_aws.preparation.indexing import Builder
from crackling_aws.preparation.release import Failure, Release
from crackling_aws.queues import Queue
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.clients import Clients
    from crackling_lambdas.runtime.settings import IndexSettings


def make_builder(settings: IndexSettings, clients: Clients, clock: Callable[[], float]) -> Builder:
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    release = Release(
        genomes=genomes, jobs=jobs, scans=Queue[ScanJob](clients.sqs, settings.scan_queue_url), clock=clock
    )
    objects = ObjectStore(clients.s3, settings.genome_bucket)
    return Builder(
        genomes=genomes,
        objects=objects,
        release=release,
        failure=Failure(genomes=genomes, jobs=jobs, clock=clock),
        clock=clock,
    )
