"""Inject what can go wrong with a call to AWS."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ConnectionClosedError

from fakes.errors import client_error

if TYPE_CHECKING:
    import random
    from collections.abc import Callable


class Killed(BaseException):
    """Raised when the function's process is killed: out of time, out of memory, or its machine failed."""


class Faults:
    """Decide on faults call by call, from the seed. `interrupt` runs something else in the middle of a handler."""

    def __init__(self, rng: random.Random, rate: float, interruptions: float) -> None:
        self._rng = rng
        self._rate = rate
        self._interruptions = interruptions
        self.interrupt: Callable[[], None] = lambda: None
        self.unanswered: Counter[str] = Counter()  # calls that had no effect, by their operation

    def stop(self) -> None:
        self._rate = self._interruptions = 0

    def happens(self) -> bool:
        return self._rate > 0 and self._rng.random() < self._rate

    def call(self, operation: str, function: Callable[..., Any], request: dict[str, Any]) -> Any:
        if self._interruptions and self._rng.random() < self._interruptions:
            self.interrupt()
        kind = (
            self._rng.choice(("throttle", "kill before", "kill after", "time out"))
            if self.happens()
            else None
        )
        if kind in ("throttle", "kill before"):
            self.unanswered[operation] += 1
        if kind == "throttle":
            raise client_error("ThrottlingException", operation)
        if kind == "kill before":
            raise Killed
        answer = function(**request)
        if kind == "kill after":
            raise Killed
        if kind == "time out":
            raise ConnectionClosedError(endpoint_url="https://aws.example")
        return answer


class FaultyClient:
    """Wrap a client so that every call may go wrong."""

    def __init__(self, client: Any, faults: Faults) -> None:
        self._client = client
        self._faults = faults

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(self._client, name)
        if name.startswith("generate_"):  # computed by the SDK, without a call
            return function

        def call(**request: Any) -> Any:
            return self._faults.call(name, function, request)

        self.__dict__[name] = call
        return call
