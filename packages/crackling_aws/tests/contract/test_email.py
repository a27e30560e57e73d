from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import EndpointConnectionError

from crackling_aws.email import EmailTopic, SubscribeError
from fakes.errors import client_error

if TYPE_CHECKING:
    from types import SimpleNamespace

ADDRESS = "someone@example.org"


@pytest.fixture
def topic(cloud: SimpleNamespace) -> EmailTopic:
    return EmailTopic(cloud, cloud.topic)


def test_an_email_is_for_its_recipient_alone(cloud: SimpleNamespace, topic: EmailTopic) -> None:
    for address in (ADDRESS, "other@example.org"):
        topic.subscribe(address)
        cloud.confirm(address)
    topic.publish(topic.recipient(ADDRESS), "A subject", "Some text")
    topic.publish(topic.recipient("third@example.org"), "A subject", "Some text")
    assert cloud.emails() == [(ADDRESS, "A subject", "Some text")]


def test_an_address_may_be_subscribed_again_and_is_emailed_once(
    cloud: SimpleNamespace, topic: EmailTopic
) -> None:
    for _ in range(3):
        topic.subscribe(ADDRESS)
        cloud.confirm(ADDRESS)
    assert topic.subscribe(ADDRESS)
    topic.publish(topic.recipient(ADDRESS), "A subject", "Some text")
    assert len(cloud.emails()) == 1


def test_a_recipient_is_no_address_and_another_at_another_topic(
    cloud: SimpleNamespace, topic: EmailTopic
) -> None:
    name = topic.recipient(ADDRESS)
    assert "someone" not in name
    assert "example" not in name
    assert name == EmailTopic(cloud, cloud.topic).recipient(ADDRESS)
    assert name != EmailTopic(cloud, f"{cloud.topic}2").recipient(ADDRESS)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (client_error("Throttled", "Subscribe"), "Throttled"),
        (EndpointConnectionError(endpoint_url="https://sns.example"), ""),
    ],
)
def test_why_sns_took_no_subscription_is_told(
    topic: EmailTopic, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def broken(**_: object) -> None:
        raise error

    monkeypatch.setattr(topic._clients.sns, "subscribe", broken)
    with pytest.raises(SubscribeError) as found:
        topic.subscribe(ADDRESS)
    assert found.value.code == code
