from __future__ import annotations

import os
import tempfile

import pytest

# Before the handlers are imported: telemetry is silent and needs no account.
os.environ |= {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "test",
}


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """A folder for temporary files, also for those of code that asks tempfile for one."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path
