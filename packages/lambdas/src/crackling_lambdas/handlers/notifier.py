"""Send an email about each finished job whose user asked for it, for records of the Jobs table's stream."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from crackling_aws.email import EmailTopic
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_lambdas.jobs.email_notifier import Notifier
from crackling_lambdas.runtime.entry import Handler, entry_point
from crackling_lambdas.runtime.settings import NotifierSettings
from crackling_lambdas.runtime.streams import stream_handler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crackling_aws.clients import Clients
    from crackling_lambdas.runtime.streams import Keys


def make_handler(
    environ: Mapping[str, str], clients: Clients, clock: Callable[[], float] = time.time
) -> Handler:
    settings = NotifierSettings.load(environ)
    notifier = Notifier(
        jobs=JobStore(clients.dynamodb, settings.jobs_table),
        genomes=GenomeStore(clients.dynamodb, settings.genomes_table),
        topic=EmailTopic(clients, settings.mail_topic),
        page=settings.page_url,
        clock=clock,
    )

    def notify(_event_name: str, keys: Keys) -> None:
        # The record may be stale, so the notifier reads the job itself.
        notifier.notify(keys["jobId"]["S"])

    return stream_handler(notify)


handler = entry_point(make_handler)
