"""Supervise the work while it runs: send heartbeats, and stop it when there is a reason.

The work runs in a thread of its own, so that no long call into the kernel or to another program delays the
answer to a signal: after a spot notice two minutes are left.
"""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEARTBEAT_SECONDS = 30.0
POLL_SECONDS = 5.0


class InterruptedWorkError(Exception):
    """Raised when the machine is about to stop; another can start the work anew. The message is the reason."""


class OverdueError(Exception):
    """Raised when the work exceeds its time limit; another machine would not be faster."""


@dataclass(frozen=True, kw_only=True)
class Supervisor:
    """Run work; `beat` sends a heartbeat or raises if the work is in vain; `interruption` returns a notice."""

    beat: Callable[[], None]
    interruption: Callable[[], str | None]
    max_seconds: float
    heartbeat_seconds: float = HEARTBEAT_SECONDS
    poll_seconds: float = POLL_SECONDS

    def run(self, work: Callable[[], None]) -> None:
        """Run `work` to its end. Whoever catches an error must end the process: the work may still run.

        Raises:
            InterruptedWorkError: SIGTERM or SIGINT came, or a notice.
            OverdueError: the time is up.
            Exception: whatever `work` or `beat` raised.
        """
        task = _Task(work)
        started = beaten = time.monotonic()
        with _signals() as received:
            task.start()
            while not task.done.wait(self.poll_seconds):
                now = time.monotonic()
                if received:
                    raise InterruptedWorkError(f"the machine is shutting down ({received[0]})")
                if notice := self.interruption():
                    raise InterruptedWorkError(notice)
                if now - started > self.max_seconds:
                    raise OverdueError(f"it took longer than {self.max_seconds / 3600:g} hours")
                if now - beaten >= self.heartbeat_seconds:
                    beaten = now
                    self.beat()
        if task.error is not None:
            raise task.error


class _Task:
    """Run work in a thread that does not keep the process alive."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self.done = threading.Event()
        self.error: BaseException | None = None

    def start(self) -> None:
        threading.Thread(target=self._run, name="work", daemon=True).start()

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - it is raised again in the main thread
            self.error = error
        finally:
            self.done.set()


@contextmanager
def _signals() -> Iterator[list[str]]:
    """Collect the names of the stop signals received; the wait for the work ends with the next poll."""
    received: list[str] = []
    names = (signal.SIGTERM, signal.SIGINT)
    former = {
        name: signal.signal(name, lambda number, _frame: received.append(signal.Signals(number).name))
        for name in names
    }
    try:
        yield received
    finally:
        for name, handler in former.items():
            signal.signal(name, handler)
