"""Test what all other modules left behind: no dead letters, no failed function, no call that a role forbids."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from plumbing import Queues, items, wait_until

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud

after_all = pytest.mark.usefixtures("whole_folder")

BUILDERS = ("PreparationBowtie2Index", "PreparationIsslIndex")
# The CDK's own function that fills the page's bucket; the CDK writes its policy.
PROVIDER = "CustomCDKBucketDeployment"
FED_BY_QUEUES = (
    "OffTargetListsMaking", "PipelineConsensusScores", "PipelineOffTargetScores", "PipelineTargetScan", "PreparationDownloader",
    *BUILDERS,
)  # fmt: skip
# Grants for which no call is ever recorded, with the reasons.
NEVER = {
    # A stage on one machine has no caps, so nothing is counted in the table Usage.
    "Api dynamodb:UpdateItem",
    "SchedulingScheduler dynamodb:UpdateItem",
    # No list of off-targets takes longer than a request may; a test sends the message itself.
    "Api sqs:SendMessage",
    # Keys are listed where S3 answers 403 for a missing one; the emulator answers 404.
    "PreparationDownloader s3:ListBucket",
    "PipelineTargetScan s3:ListBucket",
    "OffTargetListsMaking s3:ListBucket",
    "PipelineOffTargetScores s3:ListBucket",
    "PreparationIsslIndex s3:ListBucket",
    "Api s3:ListBucket",  # for the data bucket; the API does list the genomes' bucket
    "SchedulingScheduler s3:ListBucket",  # for uploads; it does list what preparations left
    # The CDK grants it for every queue that feeds a function.
    *(f"{name} sqs:GetQueueUrl" for name in FED_BY_QUEUES),
    "SchedulingScheduler sqs:GetQueueUrl",
    "MailNotifier sqs:GetQueueUrl",
    # EC2 checks this itself when an instance with a role is started.
    "SchedulingScheduler iam:PassRole",
    # Lambda itself sends the records on which the scheduler gave up to the failure queue, with the scheduler's role.
    "SchedulingScheduler sqs:SendMessage",
    "MailNotifier sqs:SendMessage",
}
SOMETIMES = {
    # An interrupted multipart upload is aborted.
    *(f"{name} s3:AbortMultipartUpload" for name in ("PreparationDownloader", *BUILDERS)),
    "SchedulingScheduler sqs:SendMessage",
    # Only used if a zone has no capacity; the emulated EC2 always has it.
    "SchedulingScheduler ec2:DescribeAvailabilityZones",
    # No genome is deleted at the moment at which its preparation fails the jobs that wait.
    "PreparationDownloader dynamodb:GetItem", "PreparationIsslIndex dynamodb:GetItem",
    # Only used if an index is damaged: its jobs wait, and fail if it is damaged again. The simulator and the soak do that.
    *(f"PipelineOffTargetScores dynamodb:{call}" for call in ("PutItem", "UpdateItem", "Query", "DeleteItem")),
    *(f"OffTargetListsMaking dynamodb:{call}" for call in ("DeleteItem", "Query", "UpdateItem")),
    # The files of a genome that a job has used are kept, and tests seldom delete another.
    "Api s3:DeleteObject",
    # No job expires here, and no mark of a deleted job and no retired genome gets old enough to be removed.
    *(f"SchedulingReaper dynamodb:{call}" for call in ("BatchWriteItem", "DeleteItem", "Query")),
    "SchedulingReaper s3:DeleteObject", "SchedulingReaper s3:ListBucket",
    # No test uploads a genome that is large enough for a worker.
    "Worker s3:GetObject", "Worker s3:ListBucket", "Worker s3:AbortMultipartUpload",
}  # fmt: skip
# Errors that functions log because tests make them fail.
EXPECTED_ERRORS = ("Job.__init__() missing", "came with another md5")


@after_all
def test_every_queue_is_empty(cloud: LocalCloud) -> None:
    queues = Queues.of(cloud)
    for url in queues.all:
        wait_until(lambda at=url: queues.count(at) == 0, f"{url} is empty")  # type: ignore[misc]


@after_all
def test_every_job_is_over_and_nobody_waits(cloud: LocalCloud) -> None:
    for job in items(cloud, "JobsTable"):
        done = [job.get(name) for name in ("guides", "consensusDone", "offTargetDone")]
        assert "failure" in job or "deleted" in job or done[0] == done[1] == done[2] is not None, job
    waiters = [item for item in items(cloud, "GenomesTable") if item["item"]["S"].startswith("waiter#")]
    assert waiters == []


@after_all
def test_no_function_failed(cloud: LocalCloud) -> None:
    assert [one for one in cloud.invocations() if one.failed] == []


def logs_of_invocations(cloud: LocalCloud) -> list[list[str]]:
    """Return the log lines of each invocation."""
    logs = cloud.client("logs")
    found: list[list[str]] = []
    for group in logs.describe_log_groups()["logGroups"]:
        for stream in logs.describe_log_streams(logGroupName=group["logGroupName"])["logStreams"]:
            place = {"logGroupName": group["logGroupName"], "logStreamNames": [stream["logStreamName"]]}
            for page in logs.get_paginator("filter_log_events").paginate(**place):
                for event in page["events"]:
                    if event["message"].startswith("START "):
                        found.append([])
                    found[-1].append(event["message"])
    return found


@after_all
def test_functions_log_no_error_that_no_test_provoked(cloud: LocalCloud) -> None:
    assert [lines for lines in logs_of_invocations(cloud) if any(map(is_error, lines))] == []


def is_error(text: str) -> bool:
    """Return whether a log line is an unexpected error, as Powertools or Lambda write errors."""
    if any(known in text for known in EXPECTED_ERRORS):
        return False
    try:
        line = json.loads(text)
    except ValueError:
        return text.startswith(("[ERROR]", "Traceback"))
    return isinstance(line, dict) and line.get("level") in ("ERROR", "CRITICAL")


@after_all
def test_metrics_are_told_apart_by_stage(cloud: LocalCloud) -> None:
    texts = (text for lines in logs_of_invocations(cloud) for text in lines if text.startswith('{"_aws"'))
    metrics = [metric for text in texts for metric in json.loads(text)["_aws"]["CloudWatchMetrics"]]
    assert {metric["Namespace"] for metric in metrics} == {"Crackling/local"}


def test_no_function_did_what_its_role_forbids(cloud: LocalCloud) -> None:
    assert cloud.iam_report().denied == ()


@after_all
def test_no_function_may_do_what_it_never_does(cloud: LocalCloud) -> None:
    findings = cloud.iam_report().unused
    unused = {f"{name_of(finding.function)} {finding.action}" for finding in findings}
    unexpected = {grant for grant in unused - NEVER - SOMETIMES if not grant.startswith(PROVIDER)}
    assert sorted(unexpected) == []


def name_of(function: str) -> str:
    """Return the stack's name for a function, without what CloudFormation adds to it."""
    return re.sub(r"^CracklingStack-local-|[0-9A-F]{8,}-\w+$", "", function)
