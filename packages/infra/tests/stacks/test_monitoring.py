"""Test that alarms notify somebody."""

from __future__ import annotations

from templates import Template, Templates, as_list, target

ALARM = "AWS::CloudWatch::Alarm"


def watched(template: Template, metric: str) -> set[str]:
    """Return the functions that have an alarm on this metric."""
    return {
        target(dimension["Value"])
        for alarm in template.of(ALARM).values()
        if alarm["MetricName"] == metric and alarm["Namespace"] == "AWS/Lambda"
        for dimension in alarm["Dimensions"]
    }


def test_every_alarm_tells_the_topic_and_is_quiet_without_data(service: Template) -> None:
    [topic] = [name for name in service.of("AWS::SNS::Topic") if name.startswith("MonitoringAlarms")]
    for alarm in service.of(ALARM).values():
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmDescription"]


def test_every_function_has_alarms_on_errors_and_throttles(service: Template) -> None:
    ours = {service.function_id(module) for module in service.functions()}
    assert watched(service, "Errors") == ours
    assert watched(service, "Throttles") == ours


def test_a_stream_that_stands_still_is_noticed(service: Template) -> None:
    woken = {"scheduler", "notifier"} & service.functions().keys()
    assert watched(service, "IteratorAge") == set(map(service.function_id, woken))


def test_server_errors_of_the_api_are_noticed(service: Template) -> None:
    [alarm] = [alarm for alarm in service.of(ALARM).values() if alarm["MetricName"] == "5XXError"]
    assert alarm["Namespace"] == "AWS/ApiGateway"


def test_the_age_alarm_waits_for_two_deliveries(service: Template) -> None:
    queues = service.of("AWS::SQS::Queue")
    for alarm in service.of(ALARM).values():
        if alarm["MetricName"] == "ApproximateAgeOfOldestMessage":
            [dimension] = alarm["Dimensions"]
            assert alarm["Threshold"] == 2 * queues[target(dimension["Value"])]["VisibilityTimeout"]


def test_the_topic_takes_tls_only_and_lets_alarms_of_this_account_publish(service: Template) -> None:
    [policy] = [
        policy
        for name, policy in service.of("AWS::SNS::TopicPolicy").items()
        if name.startswith("MonitoringAlarms")
    ]
    effects = {statement["Effect"]: statement for statement in as_list(policy["PolicyDocument"]["Statement"])}
    assert effects["Deny"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert effects["Allow"]["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert effects["Allow"]["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_topic_of_mail_is_encrypted_takes_tls_only_and_lets_no_service_publish(
    production: Templates,
) -> None:
    topics, policies = (
        {name: found for name, found in production[0].of(kind).items() if name.startswith("MailTopic")}
        for kind in ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy")
    )
    [topic], [policy] = topics.values(), policies.values()
    assert "alias/aws/sns" in str(topic["KmsMasterKeyId"])
    [statement] = as_list(policy["PolicyDocument"]["Statement"])
    assert (statement["Effect"], statement["Condition"]) == (
        "Deny",
        {"Bool": {"aws:SecureTransport": "false"}},
    )


def test_there_is_one_dashboard(service: Template) -> None:
    assert len(service.of("AWS::CloudWatch::Dashboard")) == 1


def test_mail_and_budget_come_only_where_somebody_is_named(
    development: Templates, production: Templates
) -> None:
    for kind in ("AWS::SNS::Subscription", "AWS::Budgets::Budget"):
        assert not development[0].of(kind)
        assert len(production[0].of(kind)) == 1
    [budget] = production[0].of("AWS::Budgets::Budget").values()
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 50, "Unit": "USD"}
    assert len(budget["NotificationsWithSubscribers"]) == 2
