"""Give the patches of moto access to the running local cloud. There is one moto per process, and so one local cloud."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localcloud.bodies import Bodies
    from localcloud.runtime import Runtime
    from localcloud.world import World


@dataclass
class Emulator:
    """The running local cloud, as the gaps see it."""

    world: World
    runtime: Runtime
    bodies: Bodies
    answers: dict[str, Any] = field(default_factory=dict)
    """Answers of custom resources' providers, by request id."""
    generation: int = 0
    """Increases with every change of a stack, so that caches of the deployed configuration can be refreshed."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def stack_changed(self) -> None:
        with self._lock:
            self.generation += 1


_running: list[Emulator] = []


def current() -> Emulator:
    """Return the running local cloud. Raises RuntimeError if there is none."""
    if not _running:
        raise RuntimeError("no local cloud is running in this process")
    return _running[0]


def enter(emulator: Emulator) -> None:
    if _running:
        raise RuntimeError("a local cloud is running in this process already")
    _running.append(emulator)


def leave() -> None:
    _running.clear()
