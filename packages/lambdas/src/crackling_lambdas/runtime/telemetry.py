"""Logs, metrics and traces of the functions."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics, Tracer

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = Logger()
metrics = Metrics()  # the variable POWERTOOLS_METRICS_NAMESPACE has the namespace, one for each stage
tracer = Tracer()


@contextmanager
def log_work() -> Iterator[None]:
    """Log how long the work of a message took; the rest of its billed time is overhead."""
    start = time.perf_counter()
    yield
    logger.info("Work", extra={"seconds": round(time.perf_counter() - start, 6)})
