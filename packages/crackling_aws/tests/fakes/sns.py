from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakes.errors import client_error

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Email:
    to: str
    subject: str
    text: str


class FakeSNS:
    """Stand for one topic: a confirmed address is emailed what its filter lets through.

    `deliver` is called with each email, AWS's own requests to confirm left out.
    """

    def __init__(self, deliver: Callable[[Email], None] = lambda _email: None) -> None:
        self._deliver = deliver
        self._filters: dict[str, str] = {}
        self._confirmed: set[str] = set()

    def subscribe(
        self, *, TopicArn: str, Protocol: str, Endpoint: str, Attributes: dict[str, str]
    ) -> dict[str, Any]:
        assert Protocol == "email"
        if self._filters.setdefault(Endpoint, Attributes["FilterPolicy"]) != Attributes["FilterPolicy"]:
            raise client_error("InvalidParameter", "Subscribe")
        confirmed = Endpoint in self._confirmed
        return {"SubscriptionArn": f"{TopicArn}:{Endpoint}" if confirmed else "pending confirmation"}

    def confirm(self, address: str) -> None:
        """Confirm a subscription, as the owner of the address does."""
        self._confirmed.add(address)

    def publish(
        self, *, TopicArn: str, Subject: str, Message: str, MessageAttributes: dict[str, Any]
    ) -> dict[str, Any]:
        del TopicArn
        if not (Subject.isascii() and Subject.isprintable() and 0 < len(Subject) <= 100):
            raise client_error("InvalidParameter", "Publish")
        for address, policy in self._filters.items():
            wanted = json.loads(policy)
            given = {name: MessageAttributes.get(name, {}).get("StringValue") for name in wanted}
            if address in self._confirmed and all(given[name] in wanted[name] for name in wanted):
                self._deliver(Email(address, Subject, Message))
        return {}
