"""Subscribe the addresses to email when a job is finished, if the deployment allows their domains."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crackling_aws.email import SubscribeError
from crackling_lambdas.errors import ConflictError, InvalidError, UpstreamError

if TYPE_CHECKING:
    from crackling_aws.email import Notices

# As browsers hold it against fields for addresses, with an upper limit.
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@([a-z0-9.-]{1,253})", re.ASCII)
_INVALID = "InvalidParameter"
_FULL = frozenset({"FilterPolicyLimitExceeded", "SubscriptionLimitExceeded"})


class MailState(StrEnum):
    """Name whether email reaches its recipient, which must first confirm by a link that AWS sends."""

    CONFIRMED = "confirmed"
    PENDING = "pending"


@dataclass(frozen=True)
class Recipient:
    """Hold a recipient of email and whether the address is confirmed."""

    name: str  # as jobs and messages have it
    state: MailState


@dataclass(frozen=True, kw_only=True)
class Mailing:
    """Subscribe addresses. Without domains the deployment sends no email."""

    notices: Notices
    domains: tuple[str, ...]

    def subscribe(self, address: str) -> Recipient:
        """Subscribe the address to what is published for it.

        Raises:
            InvalidError: no mail is sent from here, or none to this address.
            ConflictError: AWS lets this deployment mail no more addresses.
            UpstreamError: the subscription did not succeed; it may be tried again.
        """
        address = self._normalised(address)
        try:
            confirmed = self.notices.subscribe(address)
        except SubscribeError as error:
            raise _refusal(error.code) from error
        state = MailState.CONFIRMED if confirmed else MailState.PENDING
        return Recipient(self.notices.recipient(address), state)

    def _normalised(self, address: str) -> str:
        """Return the address in lower case: no current mail service distinguishes addresses by case."""
        if not self.domains:
            raise InvalidError("email: this deployment sends no mail; leave the address out")
        found = _ADDRESS.fullmatch(address.strip().lower())
        if found is None or found[1] not in self.domains:
            raise InvalidError(f"email: give an address at {' or '.join(self.domains)}, or leave it out")
        return found[0]


def _refusal(code: str) -> InvalidError | ConflictError | UpstreamError:
    if code == _INVALID:
        return InvalidError("email: AWS takes no such address; correct it or leave it out")
    if code in _FULL:
        return ConflictError(
            "This deployment mails as many addresses as AWS lets it; submit the job without the email, and tell its operator"
        )
    return UpstreamError(
        "The mail service does not answer, and no job was started; try again, or leave the email out"
    )
