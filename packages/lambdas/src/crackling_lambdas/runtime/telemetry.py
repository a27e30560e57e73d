"""Provide the logs, metrics and traces of the functions.

Code that handles a failure and goes on logs a warning. Modules that do not know Lambda use Python's own loggers for that;
their records become lines of the function's log, and each is counted as a handled failure.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import MetricUnit

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("crackling", "crackling_aws", "crackling_lambdas")

logger = Logger()
metrics = Metrics()  # the variable POWERTOOLS_METRICS_NAMESPACE has the namespace, one for each stage
tracer = Tracer()


def count(metric: str) -> None:
    """Add 1 to a metric of this invocation."""
    metrics.add_metric(metric, MetricUnit.Count, 1)


class FailureCounter(logging.Handler):
    """Count warnings and errors as the metric `HandledFailures`."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, _record: logging.LogRecord) -> None:
        count("HandledFailures")


def _adopt_loggers() -> None:
    """Write the records of the packages' loggers to the function's log, and count the failures among them."""
    loggers = [logging.getLogger(name) for name in PACKAGES]
    copy_config_to_registered_loggers(logger, include=set(PACKAGES))
    for each in loggers:
        each.addHandler(FailureCounter())


_adopt_loggers()


@contextmanager
def log_work() -> Iterator[None]:
    """Log how long the work of a message took; the rest of its billed time is overhead."""
    start = time.perf_counter()
    yield
    logger.info("Work", extra={"seconds": round(time.perf_counter() - start, 6)})
