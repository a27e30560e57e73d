"""Read only once what every chunk of a batch asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

FRESH_SECONDS = 2.0

V = TypeVar("V")


@dataclass
class ReadCache(Generic[V]):
    """Keep the value that was read last, for as long as it is fresh.

    Only for what may as well be read a moment earlier: a later conditional write decides, or nothing depends on it.
    """

    read: Callable[[str], V | None]
    clock: Callable[[], float]
    _key: str = field(default="", init=False)
    _value: V | None = field(default=None, init=False)
    _until: float = field(default=0.0, init=False)

    def get(self, key: str) -> V | None:
        """Return the value of a key; one that does not exist is read again each time."""
        now = self.clock()
        if key != self._key or self._value is None or now >= self._until:
            self._key, self._value, self._until = key, self.read(key), now + FRESH_SECONDS
        return self._value
