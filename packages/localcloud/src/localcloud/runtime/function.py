"""Describe functions and invocations for the runtime. Nothing here imports the emulator."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localcloud.world import Credentials


MAX_EVENT = 6 * 1024 * 1024
"""In bytes of JSON: Lambda's limit for the event of an invocation that is waited for."""


@dataclass(frozen=True)
class Archive:
    """A deployed zip: a function's code or a layer. `digest` identifies its content."""

    content: bytes = field(repr=False)
    digest: str

    @classmethod
    def of(cls, content: bytes) -> Archive:
        return cls(content, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True)
class Function:
    """A deployed function: `timeout` in seconds, `memory` in MB, `reserved` concurrency or None."""

    name: str
    arn: str
    role: str
    runtime: str
    handler: str
    timeout: int
    memory: int
    code: Archive
    layers: tuple[Archive, ...]
    environment: tuple[tuple[str, str], ...]
    log_group: str
    reserved: int | None
    credentials: Credentials

    @property
    def revision(self) -> str:
        """Return a value that changes whenever warm children of the former deployment must not be used any more."""
        parts = (self.code.digest, [layer.digest for layer in self.layers], self.environment, self.handler,
                 self.timeout, self.memory, self.runtime, self.log_group, self.role)  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Outcome:
    """The result of an invocation. `payload` is JSON: the handler's answer or, if `failed`, Lambda's error object."""

    payload: bytes
    failed: bool
    log: str
    request_id: str


@dataclass(frozen=True)
class Invocation:
    """One line of the bill. Lambda bills whole milliseconds, including the start of the environment (`init`).

    `began` is in seconds of the monotonic clock, before the environment starts.
    """

    function: str
    request_id: str
    began: float
    seconds: float
    init_seconds: float
    memory: int
    failed: bool

    @property
    def ended(self) -> float:
        return self.began + self.init_seconds + self.seconds

    @property
    def billed_ms(self) -> int:
        return math.ceil((self.seconds + self.init_seconds) * 1000)

    @property
    def gb_seconds(self) -> float:
        return self.billed_ms / 1000 * self.memory / 1024
