"""The entry point of a function: what every one of them does around its handler."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

from crackling_aws.clients import AwsClients, Clients

Event = dict[str, Any]  # as Lambda hands it over; nothing beyond the handlers sees one
Answer = dict[str, Any]
Handler = Callable[[Event, LambdaContext], Answer]

logger = Logger()
metrics = Metrics()  # its namespace, one a stage, is in the environment too: POWERTOOLS_METRICS_NAMESPACE
tracer = Tracer()


@contextmanager
def work() -> Iterator[None]:
    """Log how long the work of a message took: of its billed time, the rest is overhead."""
    start = time.perf_counter()
    yield
    logger.info("Work", extra={"seconds": round(time.perf_counter() - start, 6)})


def entry_point(make_handler: Callable[[Mapping[str, str], Clients], Handler]) -> Handler:
    """Lambda's handler: made at the first call, from the environment, so that importing it needs neither.

    A missing setting fails that call, and each one after it, with the variable's name.
    """

    @cache
    def started() -> Handler:
        return make_handler(os.environ, AwsClients())

    @logger.inject_lambda_context
    @tracer.capture_lambda_handler(capture_response=False)
    @metrics.log_metrics
    def handler(event: Event, context: LambdaContext) -> Answer:
        return started()(event, context)

    typed: Handler = handler  # the decorators have no types
    return typed
