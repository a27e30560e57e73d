"""Build the indexes that specificity is scored with, for messages of the ISSL queue."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from crackling_aws.messages import PrepareGenome
from crackling_aws.preparation.indexing import IsslIndex, build_issl
from crackling_lambdas.runtime.builder import make_builder
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
    builder = make_builder(settings, clients, clock)
    work = IsslIndex(builder=builder, build=build or partial(build_issl, settings.shard_bases)).run
    task = "building the genome's index"
    source = SourceQueue.of(clients.sqs, settings)
    return Consumer(
        source=source, kind=PrepareGenome, work=work, fail=builder.failure.fail_preparation, task=task
    ).handler()


handler = entry_point(make_handler)
