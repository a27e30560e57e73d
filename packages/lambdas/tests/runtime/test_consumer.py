from __future__ import annotations

import errno
import os
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crackling.errors import InputError, TransferError
from crackling.sequences.files import explain_write_errors
from crackling_aws.messages import ScanJob, dump
from crackling_lambdas.errors import FullDiskError
from crackling_lambdas.runtime import hold
from crackling_lambdas.runtime.consumer import RETRY_DELAYS_SECONDS, Consumer, SourceQueue
from crackling_lambdas.runtime.hold import BEAT_SECONDS, HOLD_SECONDS
from fakes.errors import client_error
from fakes.sqs import FakeSQS
from simulator.queues import MAX_RECEIVES, Queued, sqs_event
from simulator.world import CONTEXT

if TYPE_CHECKING:
    from conftest import Telemetry


class Recorder:
    def __init__(self) -> None:
        self.worked: list[str] = []
        self.failed: list[tuple[str, str]] = []
        self.pauses: list[int] = []
        self.held: list[str] = []
        self.gave_back: list[str] = []
        self.sqs: Any = FakeSQS(
            lambda *_: None, hide=lambda url, handle, seconds: self.hide(url, handle, seconds)
        )

    def hide(self, url: str, handle: str, seconds: int) -> None:
        assert url == "queue"
        (self.held if seconds == HOLD_SECONDS else self.gave_back).append(handle)
        if seconds != HOLD_SECONDS:
            self.pauses.append(seconds)

    def work(self, message: Any) -> None:
        self.worked.append(message.job_id)
        if message.job_id == "long":
            time.sleep(0.2)
        if message.job_id == "bad":
            raise InputError("not DNA")
        if message.job_id == "unlucky":
            raise ConnectionError("a secret host")

    def fail(self, message: Any, reason: str) -> None:
        self.failed.append((message.job_id, reason))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def deliver(recorder: Recorder, *jobs: str, receives: int = 1) -> list[str]:
    source = SourceQueue(sqs=recorder.sqs, url="queue", max_receives=MAX_RECEIVES)
    consumer = Consumer(
        source=source, kind=ScanJob, work=recorder.work, fail=recorder.fail, task="scanning the query"
    )
    bodies = [job if job.startswith("{") or not job else dump(ScanJob(job)) for job in jobs]
    event = sqs_event([Queued(body, 0, receives) for body in bodies])
    return [failure["itemIdentifier"] for failure in consumer.handler()(event, CONTEXT)["batchItemFailures"]]


def test_a_permanent_error_is_recorded_at_once_and_the_message_is_done(recorder: Recorder) -> None:
    assert deliver(recorder, "bad") == []
    assert recorder.failed == [("bad", "not DNA")]


def test_another_error_sends_the_message_back_without_a_word(recorder: Recorder) -> None:
    assert deliver(recorder, "unlucky") == ["m0"]
    assert recorder.failed == []


def test_at_the_last_receive_the_reason_is_recorded_and_the_message_still_goes_back(
    recorder: Recorder,
) -> None:
    assert deliver(recorder, "unlucky", receives=MAX_RECEIVES) == ["m0"]
    ((job, reason),) = recorder.failed
    assert job == "unlucky"
    assert "scanning the query" in reason
    assert "secret" not in reason


def test_messages_fail_by_themselves(recorder: Recorder) -> None:
    assert deliver(recorder, "a", "unlucky", "{}", "bad", "b") == ["m1", "m2"]
    assert recorder.worked == ["a", "unlucky", "bad", "b"]


def test_a_body_that_is_no_message_goes_back_until_it_is_dead(recorder: Recorder) -> None:
    for receives in range(1, MAX_RECEIVES + 1):
        assert deliver(recorder, "", receives=receives) == ["m0"]
    assert (recorder.worked, recorder.failed) == ([], [])


def test_a_body_that_is_no_message_is_logged_without_its_text_and_counted(
    recorder: Recorder, telemetry: Telemetry
) -> None:
    deliver(recorder, '{"sequence": "GATTACA"}')
    [line] = telemetry.lines
    assert (line.levelname, line.message_id) == ("WARNING", "m0")
    assert line.reason == "Not a ScanJob message; it holds exactly job_id"
    assert "GATTACA" not in telemetry.text
    assert telemetry.counted == ["MalformedMessages"]


def test_each_failure_is_logged_with_its_message_and_counted(
    recorder: Recorder, telemetry: Telemetry
) -> None:
    deliver(recorder, "bad", "unlucky", "good")
    assert [line.work.job_id for line in telemetry.lines] == ["bad", "unlucky"]
    assert telemetry.lines[0].reason == "not DNA"
    assert "a secret host" in str(telemetry.lines[1].exc_info[1])
    assert telemetry.counted == ["PermanentFailures", "FailedAttempts"]


def test_a_reason_that_cannot_be_recorded_is_logged_and_counted(
    recorder: Recorder, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(*_: object) -> None:
        raise client_error("ThrottlingException", "UpdateItem")

    monkeypatch.setattr(recorder, "fail", throttled)
    deliver(recorder, "bad")
    assert (telemetry.lines[1].work.job_id, telemetry.lines[1].reason) == ("bad", "not DNA")
    assert "ThrottlingException" in str(telemetry.lines[1].exc_info[1])
    assert telemetry.counted == ["PermanentFailures", "UnrecordedFailures"]


def test_a_reason_that_cannot_be_recorded_sends_the_message_back(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(recorder, "fail", broken)
    assert deliver(recorder, "bad") == ["m0"]


def test_a_transfer_that_failed_to_the_end_says_why(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(_message: object) -> None:
        raise TransferError("NCBI cannot be reached; try again later")

    monkeypatch.setattr(recorder, "work", cut_off)
    deliver(recorder, "a", receives=MAX_RECEIVES)
    ((_, reason),) = recorder.failed
    assert reason.startswith("NCBI cannot be reached; try again later")


def test_a_full_disk_is_told_as_such(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(_message: object) -> None:
        with explain_write_errors(Path("/tmp/x")):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(recorder, "work", fill)
    deliver(recorder, "a", receives=MAX_RECEIVES)
    ((_, reason),) = recorder.failed
    assert reason.startswith(
        "The disk of the function was full while it was scanning the query, 3 times. Try"
    )


def test_an_index_that_finds_no_room_is_told_as_such(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_message: object) -> None:
        raise FullDiskError("9 bytes", Path("/tmp/indexes"))

    monkeypatch.setattr(recorder, "work", refuse)
    deliver(recorder, "a", receives=MAX_RECEIVES)
    ((_, reason),) = recorder.failed
    assert reason.startswith("There is no room for 9 bytes in /tmp/indexes: the disk of the function is full")


def test_a_failed_message_comes_again_soon_and_ever_later(recorder: Recorder) -> None:
    for receives in (1, 2):
        deliver(recorder, "a", "unlucky", "bad", receives=receives)
    assert recorder.pauses == [RETRY_DELAYS_SECONDS[0], RETRY_DELAYS_SECONDS[1]]


def test_what_is_hopeless_is_moved_on_at_once(recorder: Recorder) -> None:
    deliver(recorder, "unlucky", receives=MAX_RECEIVES)
    deliver(recorder, "{}", receives=1)
    assert recorder.pauses == [0, 0]


def test_a_pause_that_cannot_be_set_changes_nothing_else(
    recorder: Recorder, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise client_error("ServiceUnavailable", "ChangeMessageVisibility")

    monkeypatch.setattr(recorder.sqs, "change_message_visibility", broken)
    assert deliver(recorder, "unlucky", "b") == ["m0"]
    assert recorder.worked == ["unlucky", "b"]
    assert telemetry.lines[1].message_id == "m0"
    assert telemetry.counted == ["FailedAttempts", "DelayedMessages"]


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "BEAT_SECONDS", 0.02)


@pytest.mark.usefixtures("fast")
def test_a_batch_is_held_as_long_as_it_is_worked_on_and_no_longer(recorder: Recorder) -> None:
    assert deliver(recorder, "a", "long") == []
    counts = Counter(recorder.held)
    assert len(counts) == 2
    assert min(counts.values()) >= 4, "both messages wait for the end of the batch"
    time.sleep(0.1)
    assert Counter(recorder.held) == counts, "a heart beats after the end"


@pytest.mark.usefixtures("fast")
def test_a_message_that_was_given_back_is_held_no_longer(recorder: Recorder) -> None:
    assert deliver(recorder, "unlucky", "long") == ["m0"]
    [returned] = recorder.gave_back
    counts = Counter(recorder.held)
    assert counts[returned] == 1
    assert sum(counts.values()) > 4


@pytest.mark.usefixtures("fast")
def test_beats_that_fail_do_no_harm(recorder: Recorder, telemetry: Telemetry) -> None:
    def throttled(**_: object) -> None:
        raise client_error("ThrottlingException", "ChangeMessageVisibilityBatch")

    recorder.sqs.change_message_visibility_batch = throttled
    assert deliver(recorder, "long") == []
    assert set(telemetry.counted) == {"MissedBeats"}


def test_a_message_is_held_for_more_than_two_beats() -> None:
    assert HOLD_SECONDS > 2 * BEAT_SECONDS
