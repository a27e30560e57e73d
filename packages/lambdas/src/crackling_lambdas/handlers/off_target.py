"""Score the specificity of guides in the job's genome, for messages of the off-target queue."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from crackling_aws.messages import ScoreChunk
from crackling_aws.preparation.release import Failure
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore
from crackling_aws.stores.targets import TargetStore
from crackling_lambdas.genomes.annotations import Annotations
from crackling_lambdas.genomes.repairs import Repairs
from crackling_lambdas.index_files.index_cache import IndexCache
from crackling_lambdas.index_files.shard_files import ShardFiles
from crackling_lambdas.jobs.downloads import DownloadReports
from crackling_lambdas.jobs.failing import fail_job
from crackling_lambdas.jobs.read_cache import ReadCache
from crackling_lambdas.jobs.scoring import Chunks, Indexes, OffTargetScoring
from crackling_lambdas.runtime.consumer import Consumer, SourceQueue
from crackling_lambdas.runtime.entry import Handler, entry_point
from crackling_lambdas.runtime.settings import OffTargetSettings
from crackling_lambdas.runtime.telemetry import log_work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crackling_aws.clients import Clients


def make_indexes(objects: ObjectStore) -> Indexes:
    return IndexCache(objects=objects, files=ShardFiles(folder=Path(tempfile.gettempdir(), "indexes")))


def make_handler(
    environ: Mapping[str, str],
    clients: Clients,
    clock: Callable[[], float] = time.time,
    make_indexes: Callable[[ObjectStore], Indexes] = make_indexes,
) -> Handler:
    settings = OffTargetSettings.load(environ)
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    targets = TargetStore(clients.dynamodb, settings.targets_table, settings.jobs_table)
    objects = ObjectStore(clients.s3, settings.genome_bucket)
    chunks = Chunks(read_job=ReadCache(read=jobs.get, clock=clock).get, targets=targets)
    work = OffTargetScoring(
        chunks=chunks,
        read_preparation=ReadCache(read=genomes.preparation, clock=clock).get,
        indexes=make_indexes(objects),
        annotations=Annotations(objects=objects),
        repairs=Repairs(
            genomes=genomes, failure=Failure(genomes=genomes, jobs=jobs, clock=clock), clock=clock
        ),
        report_download=DownloadReports(jobs=jobs, clock=clock),
        clock=clock,
        measure=log_work,
    ).run
    task = "scoring specificity"
    source = SourceQueue.of(clients.sqs, settings)
    return Consumer(
        source=source, kind=ScoreChunk, work=work, fail=fail_job(jobs, clock), task=task
    ).handler()


handler = entry_point(make_handler)
