"""Write logs for the journal, one JSON object per line. They name the genome and the claim, and never hold sequence."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

LOGGER = "crackling_worker"
PACKAGES = ("crackling", "crackling_aws", LOGGER)


class JsonFormatter(logging.Formatter):
    """Format a record as one line of JSON; `facts` are in every line."""

    def __init__(self, **facts: str) -> None:
        super().__init__()
        self._facts = facts

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "message": record.getMessage(),
            **self._facts,
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def start_logging(**facts: str) -> logging.Logger:
    """Return the worker's logger; all packages' loggers write to stderr, with `facts` in every line from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(**facts))
    for name in PACKAGES:
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False
    return logging.getLogger(LOGGER)
