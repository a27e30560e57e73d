"""Create the alarms, and the dashboard to look at when one goes off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Aws, Duration
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from crackling_infra.acknowledge import acknowledge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_apigateway as apigateway

    from crackling_infra.constructs.functions import Function
    from crackling_infra.constructs.queues import DeadLetterQueue, QueueConsumer
    from crackling_infra.settings import Budget, Settings

_FIVE_MINUTES = Duration.minutes(5)


class Monitoring(Construct):
    """Create alarms that notify one topic, a dashboard, and a budget if the settings name one."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        api: apigateway.RestApi,
        functions: Sequence[Function],
        consumers: Sequence[QueueConsumer],
        streams: Mapping[Function, str],
        stream_failures: Mapping[str, DeadLetterQueue],
        settings: Settings,
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = self._topic(settings)
        self._action = actions.SnsAction(self.topic)
        for consumer in consumers:
            self._watch_consumer(consumer)
        for name, failures in stream_failures.items():
            self._watch_dead_letters(name, failures)
        for function in functions:
            self._watch_function(function)
        for function, waiting in streams.items():
            self._watch_stream(function, waiting)
        self._watch_api(api)
        self._dashboard(
            api,
            functions,
            [*(consumer.dead_letters for consumer in consumers), *stream_failures.values()],
            consumers,
        )
        if settings.budget:
            self._budget(settings.budget)

    def _topic(self, settings: Settings) -> sns.Topic:
        topic = sns.Topic(self, "Alarms", display_name=f"Crackling Cloud {settings.stage}", enforce_ssl=True)
        # A topic policy of our own (TLS only) replaces the default one, which is what lets alarms publish.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        if settings.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
            reason = "E-mail knows no dead letters; the alarm's state stays visible in CloudWatch."
            acknowledge(topic, reason, "Serverless-SNSRedrivePolicy")
        return topic

    def _alarm(
        self, construct_id: str, metric: cloudwatch.IMetric, threshold: float, description: str
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            construct_id,
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=description,
        )
        alarm.add_alarm_action(self._action)

    def _watch_consumer(self, consumer: QueueConsumer) -> None:
        name = consumer.node.id
        self._watch_dead_letters(name, consumer.dead_letters)
        self._alarm(
            f"{name}Age",
            consumer.queue.metric_approximate_age_of_oldest_message(
                period=_FIVE_MINUTES, statistic="Maximum"
            ),
            2 * consumer.visibility.to_seconds(),
            f"{name}: the oldest message outlived two deliveries; the function is down or overwhelmed.",
        )

    def _watch_dead_letters(self, name: str, queue: DeadLetterQueue) -> None:
        self._alarm(
            f"{name}DeadLetters",
            queue.metric_approximate_number_of_messages_visible(period=_FIVE_MINUTES, statistic="Maximum"),
            1,
            f"{name}: a message could not be processed; its job tells the reason. Mend it, then redrive.",
        )

    def _watch_function(self, function: Function) -> None:
        name = function.node.id
        self._alarm(
            f"{name}Errors", function.metric_errors(period=_FIVE_MINUTES), 1, f"{name}: an invocation failed."
        )
        self._alarm(
            f"{name}Throttles",
            function.metric_throttles(period=_FIVE_MINUTES),
            1,
            f"{name}: Lambda refused an invocation; the account's concurrency is used up.",
        )

    def _watch_stream(self, function: Function, waiting: str) -> None:
        name = function.node.id
        self._alarm(
            f"{name}IteratorAge",
            function.metric("IteratorAge", period=_FIVE_MINUTES, statistic="Maximum"),
            Duration.minutes(2).to_milliseconds(),
            f"{waiting} wait for the {name.lower()}: it is down, or a record of a stream keeps failing.",
        )

    def _watch_api(self, api: apigateway.RestApi) -> None:
        self._alarm(
            "ApiServerErrors",
            api.metric_server_error(period=_FIVE_MINUTES),
            5,
            "The API fails for its users.",
        )

    def _dashboard(
        self,
        api: apigateway.RestApi,
        functions: Sequence[Function],
        dead_letters: Sequence[DeadLetterQueue],
        consumers: Sequence[QueueConsumer],
    ) -> None:
        rows: list[list[tuple[str, list[cloudwatch.IMetric]]]] = [
            [
                (
                    "API requests and errors",
                    [api.metric_count(), api.metric_client_error(), api.metric_server_error()],
                ),
                ("API latency", [api.metric_latency(statistic=s) for s in ("p50", "p90", "p99")]),
            ],
            [
                (
                    "Waiting messages",
                    [c.queue.metric_approximate_number_of_messages_visible() for c in consumers],
                ),
                (
                    "Age of the oldest",
                    [c.queue.metric_approximate_age_of_oldest_message() for c in consumers],
                ),
                ("Dead letters", [q.metric_approximate_number_of_messages_visible() for q in dead_letters]),
            ],
            [
                ("Invocations", [f.metric_invocations() for f in functions]),
                ("Duration", [f.metric_duration(statistic="p90") for f in functions]),
                ("Errors", [f.metric_errors() for f in functions]),
            ],
        ]
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            widgets=[
                [
                    cloudwatch.GraphWidget(title=title, left=metrics, width=24 // len(row))
                    for title, metrics in row
                ]
                for row in rows
            ],
        )

    def _budget(self, budget: Budget) -> None:
        """Create a budget for the whole account: a filter by tag counts nothing until somebody activates that tag."""
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=budget.amount, unit="USD"),
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        notification_type=kind, comparison_operator="GREATER_THAN", threshold=percent
                    ),
                    subscribers=[
                        budgets.CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=budget.email)
                    ],
                )
                for kind, percent in (("ACTUAL", 80), ("FORECASTED", 100))
            ],
        )
