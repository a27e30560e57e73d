from __future__ import annotations

import pytest
from botocore.exceptions import EndpointConnectionError

from crackling_aws.email import Notices, SubscribeError
from fakes.errors import client_error

ADDRESS = "someone@example.org"


@pytest.fixture
def notices(cloud):
    return Notices(cloud, cloud.topic)


def test_a_mail_is_for_its_recipient_alone(cloud, notices):
    for address in (ADDRESS, "other@example.org"):
        notices.subscribe(address)
        cloud.confirm(address)
    notices.publish(notices.recipient(ADDRESS), "A subject", "Some text")
    notices.publish(notices.recipient("third@example.org"), "A subject", "Some text")
    assert cloud.mails() == [(ADDRESS, "A subject", "Some text")]


def test_an_address_may_be_subscribed_again_and_is_mailed_once(cloud, notices):
    for _ in range(3):
        notices.subscribe(ADDRESS)
        cloud.confirm(ADDRESS)
    assert notices.subscribe(ADDRESS)
    notices.publish(notices.recipient(ADDRESS), "A subject", "Some text")
    assert len(cloud.mails()) == 1


def test_a_recipient_is_no_address_and_another_at_another_topic(cloud, notices):
    name = notices.recipient(ADDRESS)
    assert "someone" not in name
    assert "example" not in name
    assert name == Notices(cloud, cloud.topic).recipient(ADDRESS)
    assert name != Notices(cloud, f"{cloud.topic}2").recipient(ADDRESS)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (client_error("Throttled", "Subscribe"), "Throttled"),
        (EndpointConnectionError(endpoint_url="https://sns.example"), ""),
    ],
)
def test_why_sns_took_no_subscription_is_told(notices, monkeypatch, error, code):
    def broken(**_):
        raise error

    monkeypatch.setattr(notices._clients.sns, "subscribe", broken)
    with pytest.raises(SubscribeError) as found:
        notices.subscribe(ADDRESS)
    assert found.value.code == code
