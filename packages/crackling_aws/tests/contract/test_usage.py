from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from crackling_aws.stores.usage import UsageStore

if TYPE_CHECKING:
    from types import SimpleNamespace


@pytest.fixture
def usage(cloud: SimpleNamespace) -> UsageStore:
    return UsageStore(cloud.dynamodb, "usage")


def test_a_counter_takes_as_much_as_its_limit_and_no_more(usage: UsageStore) -> None:
    assert [usage.take("a", 4, 10, 99) for _ in range(3)] == [True, True, False]
    assert usage.take("a", 2, 10, 99)
    assert not usage.take("a", 1, 10, 99)


def test_a_refusal_counts_nothing(usage: UsageStore) -> None:
    assert not usage.take("a", 11, 10, 99)
    assert usage.take("a", 10, 10, 99)


def test_counters_are_apart(usage: UsageStore) -> None:
    assert usage.take("a", 10, 10, 99)
    assert usage.take("b", 10, 10, 99)


def test_what_is_given_back_can_be_taken_again(usage: UsageStore) -> None:
    assert usage.take("a", 10, 10, 99)
    usage.give_back("a", 4)
    assert not usage.take("a", 5, 10, 99)
    assert usage.take("a", 4, 10, 99)


def test_a_counter_that_has_expired_is_not_made_anew_by_giving_back(usage: UsageStore) -> None:
    usage.give_back("a", 4)
    assert [usage.take("a", 10, 10, 99), usage.take("a", 1, 10, 99)] == [True, False]


def test_a_counter_expires(usage: UsageStore, cloud: SimpleNamespace) -> None:
    usage.take("a", 1, 10, 99)
    item = cloud.dynamodb.get_item(TableName="usage", Key={"counter": {"S": "a"}}, ConsistentRead=True)
    assert item["Item"] == {"counter": {"S": "a"}, "used": {"N": "1"}, "expires": {"N": "99"}}


def test_those_who_count_at_once_share_the_limit(usage: UsageStore, request: pytest.FixtureRequest) -> None:
    if "fake" in request.node.name:  # it is for one thread
        assert sum(usage.take("a", 1, 5, 99) for _ in range(12)) == 5
        return
    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(lambda _: usage.take("a", 1, 5, 99), range(12))) == 5
