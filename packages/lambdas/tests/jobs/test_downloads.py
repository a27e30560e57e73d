from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, cast

import pytest

from crackling_lambdas.jobs.downloads import DownloadReports
from fakes.errors import client_error

if TYPE_CHECKING:
    from conftest import Telemetry


class Jobs:
    """Record what is noted; `broken` stands for a table that cannot be written."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, int, int, float]] = []
        self.broken = False

    def note_download(self, *noted: Any) -> bool:
        if self.broken:
            self._throttle()
        self.noted.append(noted)
        return True

    def _throttle(self) -> NoReturn:
        raise client_error("ThrottlingException", "UpdateItem")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reports(jobs: Jobs, clock: Clock) -> DownloadReports:
    return DownloadReports(jobs=cast("Any", jobs), clock=clock)


def test_a_download_is_noted_every_two_seconds_and_a_short_one_never(
    reports: DownloadReports, jobs: Jobs, clock: Clock
) -> None:
    report = reports("j")
    report(1, 10)
    clock.now += 1.9
    report(2, 10)
    assert not jobs.noted
    clock.now += 0.1
    report(3, 10)
    report(4, 10)
    clock.now += 2
    report(9, 10)
    assert jobs.noted == [("j", 3, 10, 102.0), ("j", 9, 10, 104.0)]


def test_a_lost_report_does_not_stop_the_download(
    reports: DownloadReports, jobs: Jobs, clock: Clock, telemetry: Telemetry
) -> None:
    report = reports("j")
    clock.now += 2
    jobs.broken = True
    report(3, 10)
    assert "the job j was lost" in telemetry.text
    jobs.broken = False
    clock.now += 2
    report(5, 10)
    assert jobs.noted == [("j", 5, 10, 104.0)]
