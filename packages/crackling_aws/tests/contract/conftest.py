"""Run every test here on the fakes, on moto and on ministack, so that the fakes cannot drift from AWS's behaviour.

The two emulators are made by different people from AWS's documentation: what both do is hardly an error of either.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import pytest_socket
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID  # type: ignore[attr-defined]
from moto.sns.models import sns_backends

from fakes.dynamodb import INDEXES, TABLE_KEYS, FakeDynamoDB
from fakes.s3 import FakeS3
from fakes.sns import FakeSNS
from fakes.sqs import FakeSQS
from localcloud.ministack import REGION, Ministack, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NUMBERS = {"number", "created"}
PROGRAM = Path(__file__).parents[4] / "build" / "ministack" / "bin" / "ministack"
# Tests that read which emails moto would have sent; ministack does not tell.
PEEKING = {
    "test_an_email_is_for_its_recipient_alone",
    "test_an_address_may_be_subscribed_again_and_is_emailed_once",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    peeking = [one for one in items if one.name.partition("[")[0] in PEEKING and "[ministack" in one.name]
    items[:] = [one for one in items if one not in peeking]
    config.hook.pytest_deselected(items=peeking)


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    if not PROGRAM.exists():
        pytest.skip("ministack is not installed: run `python scripts/isolated.py ministack`")
    pytest_socket.enable_socket()
    with running([PROGRAM], tmp_path_factory.mktemp("ministack")) as found:
        yield found


@pytest.fixture(params=["fake", "moto", "ministack"])
def cloud(request: pytest.FixtureRequest) -> Iterator[SimpleNamespace]:
    """Clients, the address of a queue and a topic's ARN, and functions that tell which bodies and emails those took."""
    if request.param == "fake":
        sent: list[str] = []
        emails: list[tuple[str, str, str]] = []
        sns = FakeSNS(lambda email: emails.append((email.to, email.subject, email.text)))
        sqs = FakeSQS(lambda _url, body: sent.append(body))
        yield SimpleNamespace(
            dynamodb=FakeDynamoDB(), s3=FakeS3(), sqs=sqs, queue="queue", sent=lambda: sent,
            sns=sns, topic="arn:aws:sns:eu-west-1:000000000000:topic", confirm=sns.confirm, emails=lambda: emails,
        )  # fmt: skip
    elif request.param == "moto":
        with mock_aws():
            yield _emulated(partial(boto3.client, region_name=REGION))
    else:
        ministack = request.getfixturevalue("ministack")
        # The tests' own end closes the network again.
        pytest_socket.enable_socket()
        pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
        ministack.reset()
        yield _emulated(ministack.world.client)


def _key_schema(keys: tuple[str, ...]) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind} for name, kind in zip(keys, ("HASH", "RANGE"), strict=False)
    ]


def _index(name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": _key_schema(keys), "Projection": {"ProjectionType": "KEYS_ONLY"}}


def _emulated(client: Callable[[Any], Any]) -> SimpleNamespace:
    """Return what the fixture `cloud` gives, made with clients of an emulator."""
    dynamodb, s3, sqs, sns = (client(service) for service in ("dynamodb", "s3", "sqs", "sns"))
    for table, keys in TABLE_KEYS.items():
        indexes = [(name, names) for name, (of, names) in INDEXES.items() if of == table]
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=_key_schema(keys),
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "N" if name in NUMBERS else "S"}
                for name in {*keys, *(name for _, names in indexes for name in names)}
            ],
            **({"GlobalSecondaryIndexes": [_index(*index) for index in indexes]} if indexes else {}),
        )
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]

    def sent() -> list[str]:
        bodies: list[str] = []
        while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            bodies += [message["Body"] for message in found]
        return bodies

    topic = sns.create_topic(Name="topic")["TopicArn"]

    def emails() -> list[tuple[str, str, str]]:
        """Return the emails that moto would have sent, according to the filters: it sends none."""
        backend = sns_backends[DEFAULT_ACCOUNT_ID][REGION]
        return [
            (subscription.endpoint, subject or "", text)
            for _, text, subject, attributes, _ in backend.topics[topic].sent_notifications
            for subscription in backend.subscriptions.values()
            if (matcher := subscription._filter_policy_matcher) and matcher.matches(attributes, text)
        ]

    return SimpleNamespace(
        dynamodb=dynamodb, s3=s3, sqs=sqs, queue=queue, sent=sent, sns=sns, topic=topic, emails=emails,
        confirm=lambda _address: None,
    )  # fmt: skip
