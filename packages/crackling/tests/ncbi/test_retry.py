"""Attempts and waits are bounded, and waits differ."""

from __future__ import annotations

import threading
import time

import pytest

from crackling.ncbi.retry import Attempts, RetryPolicy, TransientError

QUICK = RetryPolicy(
    attempts=4, file_attempts=6, total_wait_seconds=0.05, first_wait_seconds=0.004, max_wait_seconds=0.01
)


def failures(attempts: Attempts, wait: float | None = None) -> int:
    """How many attempts are made at what always fails."""
    for count in range(1, 100):
        try:
            attempts.wait_after(TransientError("no", wait))
        except TransientError:
            return count
    raise AssertionError("no end")


def test_so_many_attempts() -> None:
    assert failures(Attempts(QUICK)) == 4
    assert failures(Attempts(QUICK, QUICK.file_attempts)) == 6


def test_waits_end_after_a_total() -> None:
    assert failures(Attempts(QUICK, 50), wait=3600) in {4, 5, 6}  # 0.01 s and jitter each, 0.05 s in all


def test_waits_double_and_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    stop = threading.Event()
    monkeypatch.setattr(stop, "wait", waits.append)
    failures(Attempts(RetryPolicy(attempts=9), stop=stop))
    usual = [0.5, 1, 2, 4, 8, 16, 32, 60]
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, usual, strict=True))
    assert len({wait / most for wait, most in zip(waits, usual, strict=True)}) > 1


def test_a_stop_ends_a_wait() -> None:
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    started = time.monotonic()
    with pytest.raises(TransientError):
        Attempts(RetryPolicy(first_wait_seconds=30), stop=stop).wait_after(TransientError("no"))
    assert time.monotonic() - started < 5
