"""Build bowtie2 indexes, for messages of the bowtie2 queue."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from crackling_aws.messages import PrepareGenome
from crackling_aws.preparation.indexing import Bowtie2Index, BuildBowtie2, bowtie2_build
from crackling_lambdas.runtime.builder import make_builder
from crackling_lambdas.runtime.consumer import Consumer, SourceQueue
from crackling_lambdas.runtime.entry import Handler, entry_point
from crackling_lambdas.runtime.settings import Bowtie2Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crackling_aws.clients import Clients


def make_handler(
    environ: Mapping[str, str],
    clients: Clients,
    clock: Callable[[], float] = time.time,
    build: BuildBowtie2 | None = None,
) -> Handler:
    settings = Bowtie2Settings.load(environ)
    builder = make_builder(settings, clients, clock)
    work = Bowtie2Index(
        builder=builder, build=build or partial(bowtie2_build, Path(settings.bowtie2_build))
    ).run
    task = "building the genome's bowtie2 index"
    source = SourceQueue.of(clients.sqs, settings)
    return Consumer(
        source=source, kind=PrepareGenome, work=work, fail=builder.failure.fail_preparation, task=task
    ).handler()


handler = entry_point(make_handler)
