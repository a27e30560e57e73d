"""What everything before has left behind: no dead letters, no failed function, no call that a role forbids."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from localcloud import LocalCloud
from plumbing import Queues, items, wait_until

pytestmark = pytest.mark.usefixtures("whole_folder")

# Grants that no test makes use of, each with its reason: function, action.
UNUSED: dict[tuple[str, str], str] = {}
# What functions log as errors because tests make them fail.
EXPECTED_ERRORS = ("MessageError", "KeyError: 'genome'")


def test_every_queue_is_empty(cloud: LocalCloud) -> None:
    queues = Queues.of(cloud)
    for url in queues.all:
        wait_until(lambda at=url: queues.count(at) == 0, f"{url} is empty")  # type: ignore[misc]


def test_every_job_is_over_and_nobody_waits(cloud: LocalCloud) -> None:
    for job in items(cloud, "JobsTable"):
        done = [job.get(name) for name in ("guides", "onTarget", "offTarget")]
        assert "failure" in job or done[0] == done[1] == done[2] is not None, job
    waiters = [item for item in items(cloud, "GenomesTable") if item["item"]["S"].startswith("waiter#")]
    assert waiters == []


def test_no_function_failed(cloud: LocalCloud) -> None:
    assert [one for one in cloud.invocations() if one.failed] == []


def log_lines(cloud: LocalCloud) -> Iterator[str]:
    """Every line that functions have logged."""
    logs = cloud.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            yield from (event["message"] for event in page["events"])


def test_functions_log_no_error_that_no_test_provoked(cloud: LocalCloud) -> None:
    assert [text for text in log_lines(cloud) if is_error(text)] == []


def test_metrics_are_told_apart_by_stage(cloud: LocalCloud) -> None:
    found = (
        json.loads(text)["_aws"]["CloudWatchMetrics"]
        for text in log_lines(cloud)
        if text.startswith('{"_aws"')
    )
    assert {metric["Namespace"] for metrics in found for metric in metrics} == {"Crackling/local"}


def is_error(text: str) -> bool:
    """Whether a line of a log is an error, as Powertools or Lambda write them, and none that is expected."""
    if any(known in text for known in EXPECTED_ERRORS):
        return False
    try:
        line = json.loads(text)
    except ValueError:
        return text.startswith(("[ERROR]", "Traceback"))
    return isinstance(line, dict) and line.get("level") in ("ERROR", "CRITICAL")


def test_no_function_did_what_its_role_forbids(cloud: LocalCloud) -> None:
    assert cloud.iam_report().denied == ()


def test_no_function_may_do_what_it_never_does(cloud: LocalCloud) -> None:
    unused = {(finding.function, finding.action) for finding in cloud.iam_report().unused}
    assert unused == UNUSED.keys()
