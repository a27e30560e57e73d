"""Test the gaps of moto's SNS that concern email."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import requests
from botocore.exceptions import ClientError

from gap import fresh, shows_gap

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud
    from localcloud.gaps.mail import Mail
    from localcloud.world import World


def topic(world: World) -> str:
    return str(world.client("sns").create_topic(Name=fresh("topic"))["TopicArn"])


def subscribe(world: World, arn: str, address: str, only: str, **more: Any) -> str:
    policy = json.dumps({"for": [only]})
    answer = world.client("sns").subscribe(
        TopicArn=arn, Protocol="email", Endpoint=address, Attributes={"FilterPolicy": policy}, **more
    )
    return str(answer["SubscriptionArn"])


def confirm(cloud: LocalCloud, address: str) -> str:
    """Open the link of the latest email to an address; return the text of its page."""
    latest = [mail for mail in cloud.mails() if mail.to == address][-1]
    link = re.search(r"http\S+", latest.text)
    assert link
    return requests.get(link[0], timeout=10).text


def test_an_address_is_pending_until_its_link_is_opened(stock: World, cloud: LocalCloud) -> None:
    address = f"{fresh('a')}@example.org"

    def probe(world: World) -> bool:
        arn = topic(world)
        if subscribe(world, arn, address, "a") != "pending confirmation":
            return False
        assert subscribe(world, arn, address, "a", ReturnSubscriptionArn=True).startswith("arn:")
        assert "not valid" in requests.get(f"{world.endpoint}/confirmation.html?Token=x", timeout=10).text
        assert subscribe(world, arn, address, "a") == "pending confirmation"
        assert "confirmed" in confirm(cloud, address)
        return subscribe(world, arn, address, "a").startswith("arn:")

    shows_gap(stock, cloud.world, probe)


def test_who_confirmed_is_mailed_what_the_filter_lets_through(stock: World, cloud: LocalCloud) -> None:
    heard: list[Mail] = []
    cloud.on_mail(heard.append)

    def probe(world: World) -> bool:
        arn, sns = topic(world), world.client("sns")
        addresses = {name: f"{fresh(name)}@example.org" for name in ("one", "two", "silent")}
        for name, address in addresses.items():
            subscribe(world, arn, address, name)
            if name != "silent" and [mail for mail in cloud.mails() if mail.to == address]:
                confirm(cloud, address)
        before = len(cloud.mails())
        for name in ("two", "silent"):
            attributes = {"for": {"DataType": "String", "StringValue": name}}
            sns.publish(TopicArn=arn, Subject="Hello", Message=f"to {name}", MessageAttributes=attributes)
        found = cloud.mails()[before:]
        return [(mail.to, mail.subject, mail.text) for mail in found] == [
            (addresses["two"], "Hello", "to two")
        ]

    shows_gap(stock, cloud.world, probe)
    assert heard[-1].text == "to two"


def test_a_subscription_does_not_change_its_filter(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        arn = topic(world)
        subscribe(world, arn, "a@example.org", "a")
        try:
            subscribe(world, arn, "a@example.org", "b")
        except ClientError as error:
            return error.response["Error"]["Code"] == "InvalidParameter"
        return False

    shows_gap(stock, cloud.world, probe)
