from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from crackling_aws.preparation.progress import LostClaimError
from crackling_worker.supervisor import InterruptedWorkError, OverdueError, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def supervisor(
    beat: Callable[[], None] = lambda: None,
    interruption: Callable[[], str | None] = lambda: None,
    max_seconds: float = 10.0,
    heartbeat_seconds: float = 10.0,
) -> Supervisor:
    return Supervisor(
        beat=beat,
        interruption=interruption,
        max_seconds=max_seconds,
        heartbeat_seconds=heartbeat_seconds,
        poll_seconds=0.01,
    )


@pytest.fixture
def endless() -> Iterator[Callable[[], None]]:
    """Work until the test is over."""
    over = threading.Event()

    def work() -> None:
        over.wait()

    yield work
    over.set()


def test_work_runs_to_its_end() -> None:
    done: list[int] = []
    supervisor().run(lambda: done.append(1))
    assert done == [1]


def test_an_error_of_the_work_is_raised() -> None:
    def work() -> None:
        raise ZeroDivisionError("here")

    with pytest.raises(ZeroDivisionError, match="here"):
        supervisor().run(work)


def test_it_beats_while_the_work_goes_on() -> None:
    beats: list[int] = []
    supervisor(beat=lambda: beats.append(1), heartbeat_seconds=0.05).run(lambda: time.sleep(0.5))
    assert 4 <= len(beats) <= 10


def test_work_in_vain_is_stopped(endless: Callable[[], None]) -> None:
    def beat() -> None:
        raise LostClaimError("another")

    with pytest.raises(LostClaimError):
        supervisor(beat=beat, heartbeat_seconds=0.05).run(endless)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_and_the_former_handler_returns(
    endless: Callable[[], None], number: signal.Signals
) -> None:
    former = signal.getsignal(number)
    threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
    with pytest.raises(InterruptedWorkError, match=signal.Signals(number).name):
        supervisor().run(endless)
    assert signal.getsignal(number) is former


def test_a_notice_stops_it(endless: Callable[[], None]) -> None:
    with pytest.raises(InterruptedWorkError, match="AWS will"):
        supervisor(interruption=lambda: "AWS will terminate").run(endless)


def test_it_may_not_take_for_ever(endless: Callable[[], None]) -> None:
    with pytest.raises(OverdueError, match="longer than"):
        supervisor(max_seconds=0.05).run(endless)
