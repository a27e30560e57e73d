"""Emulate queues, topics and logs.

Gap: moto's CloudFormation lacks queue policies, topic policies and subscriptions, and cannot change a log group.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from localcloud.gaps.cloudformation.resource import Resource

if TYPE_CHECKING:
    from localcloud.world import Properties


class QueuePolicy(Resource):
    type = "AWS::SQS::QueuePolicy"

    def create(self) -> str:
        self._put(json.dumps(self.properties["PolicyDocument"]))
        return self.name

    def update(self, before: Properties) -> None:  # noqa: ARG002
        self.create()

    def _put(self, policy: str) -> None:
        for url in self.properties["Queues"]:
            self.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


class TopicPolicy(Resource):
    type = "AWS::SNS::TopicPolicy"

    def create(self) -> str:
        policy = json.dumps(self.properties["PolicyDocument"])
        for topic in self.properties["Topics"]:
            self.client("sns").set_topic_attributes(
                TopicArn=topic, AttributeName="Policy", AttributeValue=policy
            )
        return self.name

    def update(self, before: Properties) -> None:  # noqa: ARG002
        self.create()


class Subscription(Resource):
    type = "AWS::SNS::Subscription"

    def create(self) -> str:
        given = self.pick("TopicArn", "Protocol", "Endpoint")
        answer = self.client("sns").subscribe(**given, ReturnSubscriptionArn=True)
        self.attributes = {"Arn": answer["SubscriptionArn"]}
        return str(answer["SubscriptionArn"])

    def remove(self) -> None:
        self.client("sns").unsubscribe(SubscriptionArn=self.physical_resource_id)


class LogGroup(Resource):
    type = "AWS::Logs::LogGroup"
    name_property = "LogGroupName"

    def create(self) -> str:
        self.client("logs").create_log_group(logGroupName=self.name)
        self.attributes = {"Arn": self.arn("logs", f"log-group:{self.name}:*")}
        self._retention()
        return self.name

    def update(self, before: Properties) -> None:  # noqa: ARG002
        self._retention()

    def _retention(self) -> None:
        if days := self.properties.get("RetentionInDays"):
            self.client("logs").put_retention_policy(logGroupName=self.name, retentionInDays=int(days))
        else:
            self.client("logs").delete_retention_policy(logGroupName=self.name)

    def remove(self) -> None:
        self.client("logs").delete_log_group(logGroupName=self.name)
