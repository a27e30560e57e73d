"""Send email when a job finishes, if the settings name domains: a topic, and the function that publishes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from crackling_infra.acknowledge import acknowledge
from crackling_infra.constructs.queues import DeadLetterQueue
from crackling_infra.constructs.streams import wake

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb

    from crackling_infra.constructs.functions import Function, Functions
    from crackling_infra.settings import Settings

# A change to a job whose user asked for an email that has not been sent. A filter cannot tell whether the job has finished.
_OWED: Final[dict[str, object]] = {
    "eventName": lambda_.FilterRule.is_equal("MODIFY"),
    "dynamodb": {
        "NewImage": {
            "recipient": {"S": lambda_.FilterRule.exists()},
            "notified": {"N": lambda_.FilterRule.not_exists()},
        }
    },
}


class Mail(Construct):
    """Create the topic, the notifier on the stream of Jobs, and the queue of records that the notifier failed on."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Functions,
        jobs: dynamodb.Table,
        page: str,
        settings: Settings,
    ) -> None:
        super().__init__(scope, construct_id)
        self._domains = settings.mail_domains
        self.topic = self._topic(settings)
        self.failures = DeadLetterQueue(self, "NotifierFailures")
        self.notifier = functions.make(
            self,
            "Notifier",
            "notifier",
            timeout=Duration.minutes(1),
            memory_mib=512,
            environment={"PAGE_URL": page},
        )
        wake(self.notifier, jobs, _OWED, self.failures, batch_size=10)
        self.notifier.use_topic("MAIL_TOPIC", self.topic, "Publish")

    def subscribed_by(self, function: Function) -> None:
        """Allow `function` to subscribe addresses of the configured domains, and no other endpoints."""
        function.add_variable("MAIL_DOMAINS", ",".join(self._domains))
        conditions: dict[str, dict[str, object]] = {
            "StringEquals": {"sns:Protocol": "email"},
            "StringLike": {"sns:Endpoint": [f"*@{domain}" for domain in self._domains]},
        }
        function.use_topic("MAIL_TOPIC", self.topic, "Subscribe", conditions)

    def _topic(self, settings: Settings) -> sns.Topic:
        topic = sns.Topic(
            self,
            "Topic",
            display_name=f"Crackling Cloud {settings.stage}",  # the sender's name in emails
            enforce_ssl=True,
            # AWS's own key costs nothing, and whoever may use the topic may use the key.
            master_key=kms.Alias.from_alias_name(self, "Key", "alias/aws/sns"),
        )
        reason = "E-mail knows no dead letters; a bounced mail's job is still at its permalink."
        acknowledge(topic, reason, "Serverless-SNSRedrivePolicy")
        return topic
