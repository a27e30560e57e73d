"""Cache a read that every chunk of a batch repeats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

FRESH_SECONDS = 2.0

V = TypeVar("V")


@dataclass(kw_only=True)
class ReadCache(Generic[V]):
    """Cache the value that was read last for a short time.

    Use it only for values that may be slightly stale, because a later conditional write decides or nothing depends on them.
    """

    read: Callable[..., V | None]  # by a key of one or more strings
    clock: Callable[[], float]
    _key: tuple[str, ...] = field(default=(), init=False)
    _value: V | None = field(default=None, init=False)
    _until: float = field(default=0.0, init=False)

    def get(self, *key: str) -> V | None:
        """Return the value of a key. That a value does not exist is not cached."""
        now = self.clock()
        if key != self._key or self._value is None or now >= self._until:
            self._key, self._value, self._until = key, self.read(*key), now + FRESH_SECONDS
        return self._value
