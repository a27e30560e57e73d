"""A list that takes longer than a request may is made by message: once, with its progress, and stored with its job."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from crackling.errors import InputError
from crackling.specificity import OffTarget
from crackling_aws.messages import ListOffTargets
from crackling_aws.stores.objects import ObjectStore
from crackling_lambdas.errors import ConflictError, NotYetError
from crackling_lambdas.index_files.lookup_watch import TimeLimit
from crackling_lambdas.jobs.list_progress import Progress, ProgressReport
from crackling_lambdas.jobs.off_target_lists import (
    STALE_SECONDS,
    ListMaking,
    OffTargetLists,
    OffTargets,
    StoredLists,
)
from fakes.s3 import FakeS3

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_lambdas.index_files.lookup_watch import LookupWatch

FOUND = OffTargets(
    "ACGT",
    3,
    [OffTarget("ACGT", "g", at, at + 23, "+", "ACGT", "AGG", 0, "." * 20, 0.0, 1.0) for at in range(3)],
)
JOB: Any = SimpleNamespace(job_id="j", expires=10_000.0)
MESSAGE = ListOffTargets("j", 7)


@dataclass
class Service:
    """Requests and messages for one list, on one store of objects, with a search that takes `search_seconds`."""

    now: float = 1000.0
    search_seconds: float = 300.0
    searches: int = 0
    sent: list[ListOffTargets] = field(default_factory=list)
    during: Callable[[], None] = lambda: None
    stored: StoredLists = field(
        default_factory=lambda: StoredLists(objects=ObjectStore(FakeS3(), "data"))  # type: ignore[arg-type]
    )
    job: Any = field(default_factory=lambda: JOB)

    def off_targets(self, _job: Any, _number: int, most: int, watch: LookupWatch) -> OffTargets:
        """Search four files of 50 MB each."""
        self.searches += 1
        watch.begin(4)
        for _ in range(4):
            for _ in range(5):
                self.now += self.search_seconds / 20
                watch.fetch(10_000_000)
            watch.searched()
            self.during()
        return OffTargets(FOUND.guide, FOUND.total, FOUND.listed[:most])

    def ask(self, most: int = 1000) -> OffTargets:
        lists = OffTargetLists(
            listing=self,  # type: ignore[arg-type]
            stored=self.stored,
            queue=SimpleNamespace(send=self.sent.extend),  # type: ignore[arg-type]
            watch=TimeLimit(seconds=20, clock=lambda: self.now),
            clock=lambda: self.now,
        )
        return lists.get(self.job or JOB, 7, most)

    @property
    def making(self) -> ListMaking:
        return ListMaking(
            read_job=lambda _job_id: self.job,
            listing=self,  # type: ignore[arg-type]
            stored=self.stored,
            report=partial(ProgressReport, clock=lambda: self.now),
            clock=lambda: self.now,
        )


@pytest.fixture
def service() -> Service:
    return Service()


def test_a_request_that_has_the_time_needs_no_message(service: Service) -> None:
    service.search_seconds = 10
    assert service.ask() == FOUND
    assert service.sent == []
    assert service.stored.read("j", 7) is None


def test_a_list_is_made_by_one_message_and_then_served(service: Service) -> None:
    for _ in range(3):
        with pytest.raises(NotYetError, match="queued"):
            service.ask()
    assert service.sent == [MESSAGE]
    assert service.searches == 1
    service.making.run(MESSAGE)
    assert service.ask() == FOUND
    assert service.ask(2) == OffTargets("ACGT", 3, FOUND.listed[:2])
    service.making.run(MESSAGE)  # delivered twice
    assert service.searches == 2


def test_requests_are_told_how_far_it_is(service: Service) -> None:
    told: list[str] = []

    def ask() -> None:
        with pytest.raises(NotYetError) as error:
            service.ask()
        told.append(str(error.value))

    service.during = ask
    service.making.run(MESSAGE)
    assert told[1] == "Searching the index: 2 of 4 files are done, 100 MB were fetched"
    assert service.searches == 1


def test_reports_are_at_least_two_seconds_apart() -> None:
    now = 0.0
    told: list[Progress] = []
    report = ProgressReport(note=told.append, clock=lambda: now)
    report.begin(2)
    for _ in range(20):
        now += 0.5
        report.fetch(5)
    assert [progress.told for progress in told] == [0, 2, 4, 6, 8, 10]


def test_a_list_whose_function_is_gone_is_asked_for_again(service: Service) -> None:
    with pytest.raises(NotYetError):
        service.ask()
    service.now += STALE_SECONDS - 1
    with pytest.raises(NotYetError):
        service.ask()
    assert len(service.sent) == 1
    service.now += 1
    with pytest.raises(NotYetError):
        service.ask()
    assert service.sent == [MESSAGE, MESSAGE]


def test_a_failure_is_told_and_tried_again_after_a_while(service: Service) -> None:
    service.making.fail(MESSAGE, "the disk is full")
    with pytest.raises(ConflictError, match="the disk is full"):
        service.ask()
    service.now += STALE_SECONDS
    service.search_seconds = 10
    assert service.ask() == FOUND


@pytest.mark.parametrize("job", [None, SimpleNamespace(job_id="j", expires=999.0)])
def test_nothing_is_stored_for_a_job_that_is_gone(service: Service, job: Any) -> None:
    service.job = job
    service.making.run(MESSAGE)
    assert service.searches == 0
    assert service.stored.read("j", 7) is None


def test_a_genome_that_is_no_longer_kept_is_a_reason(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise InputError("no longer kept")

    monkeypatch.setattr(Service, "off_targets", gone)
    with pytest.raises(InputError):
        service.making.run(MESSAGE)


def test_a_report_that_is_lost_does_not_end_the_search(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import EndpointConnectionError

    write, lost = StoredLists.write, []

    def unreliable(stored: StoredLists, job_id: str, number: int, content: OffTargets | Progress) -> None:
        if isinstance(content, Progress):
            lost.append(content)
            raise EndpointConnectionError(endpoint_url="s3")
        write(stored, job_id, number, content)

    monkeypatch.setattr(StoredLists, "write", unreliable)
    service.making.run(MESSAGE)
    assert len(lost) > 3
    assert service.stored.read("j", 7) == FOUND
