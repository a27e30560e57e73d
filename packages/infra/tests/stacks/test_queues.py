"""Test that no message is lost unnoticed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.pump.filters import matches
from templates import Template, Templates, target

QUEUE = "AWS::SQS::Queue"


def dead_letter_queues(template: Template) -> set[str]:
    """Return the queues that receive what queues and event sources give up on."""
    redriven = {
        target(queue["RedrivePolicy"]["deadLetterTargetArn"])
        for queue in template.of(QUEUE).values()
        if "RedrivePolicy" in queue
    }
    failed = {
        target(source["DestinationConfig"]["OnFailure"]["Destination"])
        for source in template.of("AWS::Lambda::EventSourceMapping").values()
        if "DestinationConfig" in source
    }
    return redriven | failed


def alarmed(template: Template, metric: str) -> set[str]:
    """Return the queues with an alarm on this metric that notifies somebody."""
    return {
        target(dimension["Value"])
        for alarm in template.of("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == metric and alarm["AlarmActions"]
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "QueueName"
    }


def test_every_queue_has_a_dead_letter_queue_or_is_one(service: Template) -> None:
    queues = service.of(QUEUE)
    redriven = {name for name, queue in queues.items() if "RedrivePolicy" in queue}
    dead = dead_letter_queues(service)
    assert len(redriven) == 7
    assert len(dead) == 7 + len(streams(service))
    assert redriven.isdisjoint(dead)
    assert redriven | dead == set(queues)


def test_no_two_queues_share_a_dead_letter_queue(service: Template) -> None:
    redrive = [queue["RedrivePolicy"] for queue in service.of(QUEUE).values() if "RedrivePolicy" in queue]
    assert len({target(policy["deadLetterTargetArn"]) for policy in redrive}) == len(redrive)
    assert {policy["maxReceiveCount"] for policy in redrive} == {4}


def test_every_dead_letter_queue_calls_somebody_at_the_first_message(service: Template) -> None:
    assert alarmed(service, "ApproximateNumberOfMessagesVisible") == dead_letter_queues(service)
    for alarm in service.of("AWS::CloudWatch::Alarm").values():
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible":
            assert alarm["Threshold"] == 1
            assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_every_working_queue_has_an_alarm_on_the_age_of_its_messages(service: Template) -> None:
    working = set(service.of(QUEUE)) - dead_letter_queues(service)
    assert alarmed(service, "ApproximateAgeOfOldestMessage") == working


def test_dead_letters_outlive_the_messages_of_working_queues(service: Template) -> None:
    queues = service.of(QUEUE)
    dead = dead_letter_queues(service)
    longest = max(queue["MessageRetentionPeriod"] for name, queue in queues.items() if name not in dead)
    assert all(queues[name]["MessageRetentionPeriod"] > longest for name in dead)


def test_queues_are_encrypted_and_take_tls_only(service: Template) -> None:
    secured = {
        target(queue)
        for policy in service.of("AWS::SQS::QueuePolicy").values()
        for queue in policy["Queues"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert secured == set(service.of(QUEUE))
    assert all(queue["SqsManagedSseEnabled"] for queue in service.of(QUEUE).values())


def test_a_message_stays_hidden_for_six_time_outs_of_its_function(service: Template) -> None:
    functions, queues = service.of("AWS::Lambda::Function"), service.of(QUEUE)
    pairs = [
        (queues[target(source["EventSourceArn"])], functions[target(source["FunctionName"])])
        for source in service.of("AWS::Lambda::EventSourceMapping").values()
        if target(source["EventSourceArn"]) in queues
    ]
    assert len(pairs) == 7
    assert all(queue["VisibilityTimeout"] >= 6 * function["Timeout"] for queue, function in pairs)


def test_every_event_source_reports_partial_failures_and_gives_up_at_some_time(service: Template) -> None:
    sources = service.of("AWS::Lambda::EventSourceMapping").values()
    assert len(sources) == 7 + len(streams(service))
    for source in sources:
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        if target(source["EventSourceArn"]) in service.of(QUEUE):
            assert source["ScalingConfig"]["MaximumConcurrency"] >= 2
        else:
            assert 0 < source["MaximumRetryAttempts"] < 10
            assert 0 < source["MaximumRecordAgeInSeconds"] <= 3600


def streams(template: Template) -> Any:
    """Return which records of which table's stream invoke which function."""
    found = {}
    modules = {template.function_id(module): module for module in template.functions()}
    for source in template.of("AWS::Lambda::EventSourceMapping").values():
        if "StartingPosition" in source:
            assert source["BisectBatchOnFunctionError"]
            [pattern] = source["FilterCriteria"]["Filters"]
            table = target(source["EventSourceArn"]).removeprefix("Storage")[:-8]
            found[table, modules[target(source["FunctionName"])]] = json.loads(pattern["Pattern"])
    return found


def test_the_streams_wake_the_scheduler_for_new_jobs_and_for_claimed_genomes_only(
    development: Templates,
) -> None:
    image = {"item": {"S": ["genome"]}, "state": {"S": ["preparing"]}, "venue": {"S": [{"exists": False}]}}
    assert streams(development[0]) == {
        ("Jobs", "scheduler"): {"eventName": ["INSERT"]},
        ("Genomes", "scheduler"): {"dynamodb": {"NewImage": image}},
    }


def test_mail_adds_a_reader_of_jobs_and_changes_no_other(
    development: Templates, production: Templates
) -> None:
    without, with_mail = streams(development[0]), streams(production[0])
    assert with_mail.keys() - without.keys() == {("Jobs", "notifier")}
    assert without.items() <= with_mail.items()


@pytest.mark.parametrize(
    ("change", "job", "wakes"),
    [
        ("MODIFY", {"recipient": {"S": "r"}}, True),
        ("MODIFY", {"recipient": {"S": "r"}, "notified": {"N": "1"}}, False),
        ("MODIFY", {}, False),
        ("INSERT", {"recipient": {"S": "r"}}, False),
        ("REMOVE", {"recipient": {"S": "r"}}, False),
    ],
)
def test_which_jobs_wake_the_notifier(
    production: Templates, change: str, job: dict[str, Any], wakes: bool
) -> None:
    record = {"eventName": change, "dynamodb": {"NewImage": {"jobId": {"S": "j"}, **job}}}
    assert matches(streams(production[0])["Jobs", "notifier"], record) is wakes


@pytest.mark.parametrize(
    ("item", "wakes"),
    [
        ({"item": "genome", "state": "preparing", "claim": "c"}, True),
        ({"item": "genome", "state": "preparing", "claim": "c", "venue": "lambda"}, False),
        ({"item": "genome", "state": "uploading"}, False),
        ({"item": "genome", "state": "failed"}, False),
        ({"item": "waiter#j"}, False),
    ],
)
def test_which_genomes_wake_the_scheduler(service: Template, item: dict[str, Any], wakes: bool) -> None:
    image = {name: {"S": value} for name, value in item.items()}
    assert (
        matches(
            streams(service)["Genomes", "scheduler"], {"eventName": "MODIFY", "dynamodb": {"NewImage": image}}
        )
        is wakes
    )


def test_what_fills_a_cpu_comes_one_a_message_and_what_does_not_comes_in_batches(service: Template) -> None:
    batches = {
        target(source["FunctionName"]): source["BatchSize"]
        for source in service.of("AWS::Lambda::EventSourceMapping").values()
    }
    for module in ("downloader", "bowtie2_index", "issl_index", "consensus"):
        assert batches[service.function_id(module)] == 1
    assert batches[service.function_id("off_target")] > 1
