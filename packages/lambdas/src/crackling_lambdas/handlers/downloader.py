"""downloader: the download queue -> a genome's FASTA in the genome bucket, and its indexes queued."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from crackling.genomes import Ncbi
from crackling_aws.genomes import GenomeStore
from crackling_aws.jobs import JobStore
from crackling_aws.messages import PrepareGenome
from crackling_aws.objects import ObjectStore
from crackling_aws.queues import Queue
from crackling_lambdas.handlers.entry import Handler, entry_point
from crackling_lambdas.handlers.queues import Consumer
from crackling_lambdas.handlers.settings import DownloaderSettings
from crackling_preparation.downloading import Download
from crackling_preparation.release import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crackling_aws.clients import Clients


def make_handler(
    environ: Mapping[str, str], clients: Clients, clock: Callable[[], float] = time.time
) -> Handler:
    settings = DownloaderSettings.load(environ)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    failure = Failure(genomes, JobStore(clients.dynamodb, settings.jobs_table), clock)
    download = Download(
        genomes=genomes,
        objects=ObjectStore(clients.s3, settings.genome_bucket),
        fetch=Ncbi(settings.ncbi_url).fetch,
        bowtie2=Queue[PrepareGenome](clients.sqs, settings.bowtie2_queue_url),
        issl=Queue[PrepareGenome](clients.sqs, settings.issl_queue_url),
        failure=failure,
        clock=clock,
    )
    return Consumer(
        PrepareGenome, download.run, failure.of_message, "fetching the genome", settings.max_receive_count
    ).handler()


handler = entry_point(make_handler)
