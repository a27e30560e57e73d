from __future__ import annotations

from crackling_lambdas.jobs.read_cache import FRESH_SECONDS, ReadCache


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def make(values: dict[str, int]) -> tuple[ReadCache[int], Clock, list[str]]:
    clock, reads = Clock(), []

    def read(key: str) -> int | None:
        reads.append(key)
        return values.get(key)

    return ReadCache(read=read, clock=clock), clock, reads


def test_is_read_once_while_it_is_news() -> None:
    values = {"a": 1}
    recent, clock, reads = make(values)
    assert recent.get("a") == 1
    values["a"] = 2
    clock.now += FRESH_SECONDS / 2
    assert recent.get("a") == 1
    clock.now += FRESH_SECONDS / 2
    assert recent.get("a") == 2
    assert reads == ["a", "a"]


def test_another_key_is_read() -> None:
    recent, _, _ = make({"a": 1, "b": 2})
    assert [recent.get(key) for key in "aba"] == [1, 2, 1]


def test_what_was_not_there_is_looked_for_again() -> None:
    values: dict[str, int] = {}
    recent, _, _ = make(values)
    assert recent.get("a") is None
    values["a"] = 1
    assert recent.get("a") == 1
