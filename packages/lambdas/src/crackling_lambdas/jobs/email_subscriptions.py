"""Subscribe the addresses to email when a job is finished, if the deployment allows their domains."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crackling_aws.email import SubscribeError
from crackling_lambdas.errors import ConflictError, InvalidError, UpstreamError

if TYPE_CHECKING:
    from crackling_aws.email import EmailTopic

# The pattern that browsers use for email fields, with upper limits.
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@([a-z0-9.-]{1,253})", re.ASCII)
_INVALID = "InvalidParameter"
_FULL = frozenset({"FilterPolicyLimitExceeded", "SubscriptionLimitExceeded"})


logger = logging.getLogger(__name__)


class EmailState(StrEnum):
    """Name whether email reaches its recipient, which must first confirm by a link that AWS sends."""

    CONFIRMED = "confirmed"
    PENDING = "pending"


@dataclass(frozen=True)
class Recipient:
    """Hold a recipient of email and whether the address is confirmed."""

    name: str  # as jobs and messages have it
    state: EmailState


@dataclass(frozen=True, kw_only=True)
class EmailSubscriptions:
    """Subscribe addresses. Without domains the deployment sends no email."""

    topic: EmailTopic
    domains: tuple[str, ...]

    def subscribe(self, address: str) -> Recipient:
        """Subscribe the address to what is published for it.

        Raises:
            InvalidError: this deployment sends no email, or AWS rejects the address.
            ConflictError: the topic has reached its limit of subscriptions.
            UpstreamError: the subscription failed; it may be retried.
        """
        address = self._normalised(address)
        try:
            confirmed = self.topic.subscribe(address)
        except SubscribeError as error:
            logger.warning("%s", error)  # names no address
            raise _refusal(error.code) from error
        state = EmailState.CONFIRMED if confirmed else EmailState.PENDING
        return Recipient(self.topic.recipient(address), state)

    def _normalised(self, address: str) -> str:
        """Return the address in lower case: no current email service distinguishes addresses by case."""
        if not self.domains:
            raise InvalidError("email: this deployment sends no email; leave the address out")
        found = _ADDRESS.fullmatch(address.strip().lower())
        if found is None or found[1] not in self.domains:
            raise InvalidError(f"email: give an address at {' or '.join(self.domains)}, or leave it out")
        return found[0]


def _refusal(code: str) -> InvalidError | ConflictError | UpstreamError:
    if code == _INVALID:
        return InvalidError("email: AWS rejects this address; correct it or leave it out")
    if code in _FULL:
        return ConflictError(
            "AWS accepts no more email addresses for this deployment; submit the job without one, and tell its operator"
        )
    return UpstreamError(
        "The email service does not answer, and no job was started; try again, or leave the email address out"
    )
