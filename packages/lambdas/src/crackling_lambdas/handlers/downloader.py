"""Download genomes into the genome bucket and queue the builds of their indexes, for messages of the download queue."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from crackling_aws.messages import PrepareGenome
from crackling_aws.preparation.annotation import no_annotation
from crackling_aws.preparation.download import Download
from crackling_aws.preparation.progress import FUNCTION_SECONDS
from crackling_aws.preparation.release import Failure
from crackling_aws.queues import Queue
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore
from crackling_lambdas.genomes.ncbi import NcbiClient
from crackling_lambdas.runtime.consumer import Consumer, SourceQueue
from crackling_lambdas.runtime.entry import Handler, entry_point
from crackling_lambdas.runtime.settings import DownloaderSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crackling_aws.clients import Clients
    from crackling_aws.preparation.annotation import DownloadAnnotation
    from crackling_aws.preparation.download import DownloadFasta


def make_handler(
    environ: Mapping[str, str],
    clients: Clients,
    clock: Callable[[], float] = time.time,
    download_fasta: DownloadFasta | None = None,
    download_annotation: DownloadAnnotation = no_annotation,
) -> Handler:
    settings = DownloaderSettings.load(environ)
    if download_fasta is None:
        ncbi = NcbiClient(settings=settings, clients=clients)
        download_fasta, download_annotation = ncbi.download_fasta, ncbi.download_annotation
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    failure = Failure(genomes=genomes, jobs=JobStore(clients.dynamodb, settings.jobs_table), clock=clock)
    builds = Queue[PrepareGenome](clients.sqs, settings.issl_queue_url)
    download = Download(
        genomes=genomes,
        objects=ObjectStore(clients.s3, settings.genome_bucket),
        download_fasta=download_fasta,
        download_annotation=download_annotation,
        limit=settings.lambda_limit_bases + settings.lambda_limit_bases // 4,
        proceed=lambda message: builds.send([message]),
        failure=failure,
        clock=clock,
        max_seconds=FUNCTION_SECONDS,
    )
    source, task = SourceQueue.of(clients.sqs, settings), "downloading the genome"
    return Consumer(
        source=source, kind=PrepareGenome, work=download.run, fail=failure.fail_preparation, task=task
    ).handler()


handler = entry_point(make_handler)
