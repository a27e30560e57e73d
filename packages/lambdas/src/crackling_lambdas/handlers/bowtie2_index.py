"""Build bowtie2 indexes, for messages of the bowtie2 queue."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from crackling_aws.messages import PrepareGenome
from crackling_aws.preparation.indexing import Bowtie2Index, BuildBowtie2, bowtie2_build
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.objects import ObjectStore
from crackling_lambdas.runtime.consumer import Consumer, SourceQueue
from crackling_lambdas.runtime.entry import Handler, entry_point
from crackling_lambdas.runtime.settings import Bowtie2Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crackling_aws.clients import Clients


def make_handler(
    environ: Mapping[str, str],
    clients: Clients,
    build: BuildBowtie2 | None = None,
) -> Handler:
    settings = Bowtie2Settings.load(environ)
    index = Bowtie2Index(
        genomes=GenomeStore(clients.dynamodb, settings.genomes_table),
        objects=ObjectStore(clients.s3, settings.genome_bucket),
        build=build or partial(bowtie2_build, Path(settings.bowtie2_build)),
    )
    task = "building the genome's bowtie2 index"
    source = SourceQueue.of(clients.sqs, settings)
    return Consumer(source=source, kind=PrepareGenome, work=index.run, fail=index.fail, task=task).handler()


handler = entry_point(make_handler)
