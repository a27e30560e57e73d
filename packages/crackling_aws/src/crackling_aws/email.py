"""Mail by one SNS topic: each address is subscribed to what is published for it alone.

A message names its recipient by a digest of the address, and a subscription's filter lets that digest through and no
other. So SNS knows the addresses, and no table, message or log does.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from crackling_aws.clients import Clients

ATTRIBUTE = "recipient"  # of a message, which the filters look at


class SubscribeError(Exception):
    """SNS did not take a subscription; `code` is its word for why, empty where it did not answer."""

    def __init__(self, code: str) -> None:
        super().__init__(f"SNS did not take a subscription: {code or 'no answer'}")
        self.code = code


class Notices:
    """What is published to a topic and who is mailed it."""

    def __init__(self, clients: Clients, topic: str) -> None:
        self._clients = clients
        self._topic = topic

    def recipient(self, address: str) -> str:
        """Who the address is in messages; another in each deployment."""
        return hashlib.sha256(f"{self._topic} {address}".encode()).hexdigest()

    def subscribe(self, address: str) -> bool:
        """Have the address mailed what is published for it; again changes nothing.

        False until its owner has confirmed: AWS then mails a link, each time that this is asked.

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
        # Else it says "pending confirmation".
        return answer["SubscriptionArn"].startswith("arn:")

    def publish(self, recipient: str, subject: str, text: str) -> None:
        """Mail the recipient, if the address was confirmed. The subject: ASCII, one line, at most 100 letters."""
        self._clients.sns.publish(
            TopicArn=self._topic,
            Subject=subject,
            Message=text,
            MessageAttributes={ATTRIBUTE: {"DataType": "String", "StringValue": recipient}},
        )
