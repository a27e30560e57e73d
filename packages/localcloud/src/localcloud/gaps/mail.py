"""Deliver email from SNS.

Gaps: moto confirms every address by itself, sends no email, and lets a second Subscribe change the first one's filter.
Here an address gets a link to confirm it, and emails are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from uuid import uuid4

from moto.core.responses import ActionResult
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import Subscription
from moto.sns.responses import SNSResponse

from localcloud.gaps.emulator import current

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONFIRM_PATH = "/confirmation.html"


@dataclass(frozen=True)
class Mail:
    """An email as it arrives in a mailbox."""

    to: str
    subject: str
    text: str


OnMail = Callable[[Mail], None]
_mails: list[Mail] = []
_listeners: list[OnMail] = []
_tokens: dict[str, Subscription] = {}


def mails() -> list[Mail]:
    """Return every email so far, in order."""
    return list(_mails)


def listen(listener: OnMail) -> None:
    """Call `listener` with each email from now on, in the thread of the call that sent it."""
    _listeners.append(listener)


def forget_all() -> None:
    for kept in (_mails, _listeners, _tokens):
        kept.clear()


def confirmations(app: WSGIApplication) -> WSGIApplication:
    """Serve the page behind the link in a request to confirm an address."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != CONFIRM_PATH:
            return app(environ, start_response)
        subscription = _tokens.get(parse_qs(environ.get("QUERY_STRING", "")).get("Token", [""])[0])
        if subscription:
            subscription.confirmed = True
        body = b"Subscription confirmed!" if subscription else b"This link is not valid."
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    return call


def install() -> None:
    subscribe, publish = SNSResponse.subscribe, Subscription.publish

    def patched_subscribe(self: SNSResponse) -> ActionResult:
        if self._get_param("Protocol") != "email":
            return subscribe(self)
        topic, address = self._get_param("TopicArn"), self._get_param("Endpoint")
        former = self.backend._find_subscription(topic, address, "email")
        if former and former.attributes.get("FilterPolicy") != self._get_attributes().get("FilterPolicy"):
            raise SNSInvalidParameter(
                "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
            )
        answer = subscribe(self)
        subscription = self.backend._find_subscription(topic, address, "email")
        assert subscription is not None
        if subscription.confirmed:
            return answer
        _ask(subscription)
        whole = self._get_param("ReturnSubscriptionArn")
        return answer if whole else ActionResult({"SubscriptionArn": "pending confirmation"})

    def patched_publish(self: Subscription, message: str, *rest: Any, **more: Any) -> None:  # noqa: ANN401
        if self.protocol != "email":
            publish(self, message, *rest, **more)
        elif self.confirmed and _wanted(self, message, more.get("message_attributes")):
            _deliver(Mail(self.endpoint, str(more.get("subject")), message))

    SNSResponse.subscribe = patched_subscribe  # type: ignore[method-assign]
    Subscription.publish = patched_publish  # type: ignore[method-assign]


def _wanted(subscription: Subscription, message: str, attributes: dict[str, Any] | None) -> bool:
    matcher = subscription._filter_policy_matcher
    return matcher is None or bool(matcher.matches(attributes, message))


def _ask(subscription: Subscription) -> None:
    token = uuid4().hex
    _tokens[token] = subscription
    link = f"{current().world.endpoint}{CONFIRM_PATH}?TopicArn={subscription.topic.arn}&Token={token}"
    text = f"You have chosen to subscribe to the topic {subscription.topic.arn}. To confirm:\n\n{link}\n"
    _deliver(Mail(subscription.endpoint, "AWS Notification - Subscription Confirmation", text))


def _deliver(mail: Mail) -> None:
    _mails.append(mail)
    for listener in _listeners:
        listener(mail)
