"""Send email through one SNS topic: each address receives only what is published for it.

A message names its recipient by a digest of the address, and the filter of a subscription accepts only its own digest.
Therefore only SNS knows the addresses; no table, message or log contains one.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from crackling_aws.clients import Clients

ATTRIBUTE = "recipient"  # of a message; the subscriptions' filters compare it


class SubscribeError(Exception):
    """Raised when SNS rejects a subscription; `code` is its error code, empty if it did not answer."""

    def __init__(self, code: str) -> None:
        super().__init__(f"SNS rejected a subscription: {code or 'no answer'}")
        self.code = code


class EmailTopic:
    """Subscribe addresses to a topic and publish messages to it."""

    def __init__(self, clients: Clients, topic: str) -> None:
        self._clients = clients
        self._topic = topic

    def recipient(self, address: str) -> str:
        """Return the digest that identifies the address in messages; it differs between deployments."""
        return hashlib.sha256(f"{self._topic} {address}".encode()).hexdigest()

    def subscribe(self, address: str) -> bool:
        """Subscribe the address to what is published for it; repeating this changes nothing.

        Return False until the owner has confirmed; until then, each call makes AWS email a confirmation link.

        Raises:
            SubscribeError: SNS refused, or did not answer.
        """
        policy = json.dumps({ATTRIBUTE: [self.recipient(address)]})
        try:
            answer = self._clients.sns.subscribe(
                TopicArn=self._topic, Protocol="email", Endpoint=address, Attributes={"FilterPolicy": policy}
            )
        except ClientError as error:
            raise SubscribeError(error.response["Error"]["Code"]) from error
        except BotoCoreError as error:
            raise SubscribeError("") from error
        # Otherwise the value is "pending confirmation".
        return answer["SubscriptionArn"].startswith("arn:")

    def publish(self, recipient: str, subject: str, text: str) -> None:
        """Send an email to the recipient, if the address is confirmed.

        The subject must be one line of at most 100 ASCII characters.
        """
        self._clients.sns.publish(
            TopicArn=self._topic,
            Subject=subject,
            Message=text,
            MessageAttributes={ATTRIBUTE: {"DataType": "String", "StringValue": recipient}},
        )
