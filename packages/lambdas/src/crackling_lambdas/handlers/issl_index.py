"""issl_index: the issl queue -> the index that specificity is scored with."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from crackling_aws.messages import PrepareGenome
from crackling_lambdas.handlers.builder import make_builder
from crackling_lambdas.handlers.entry import Handler, entry_point
from crackling_lambdas.handlers.queues import Consumer
from crackling_lambdas.handlers.settings import IsslSettings
from crackling_preparation.indexing import IsslIndex, build_issl

if TYPE_CHECKING:
    from crackling_aws.clients import Clients

Build = Callable[[list[Path], Path], Sequence[Path]]


def make_handler(
    environ: Mapping[str, str],
    clients: Clients,
    clock: Callable[[], float] = time.time,
    build: Build | None = None,
) -> Handler:
    settings = IsslSettings.load(environ)
    builder = make_builder(settings, clients, clock)
    work = IsslIndex(builder, build or partial(build_issl, settings.shard_bases)).run
    task = "building the genome's index"
    return Consumer(
        PrepareGenome, work, builder.failure.of_message, task, settings.max_receive_count
    ).handler()


handler = entry_point(make_handler)
