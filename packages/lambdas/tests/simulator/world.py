"""Wire the real handlers to the fakes, and run them in a loop until nothing is left to do."""

from __future__ import annotations

import random
import re
import tempfile
from contextlib import contextmanager, suppress
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from crackling_lambdas.handlers import (
    api,
    bowtie2_index,
    consensus,
    downloader,
    issl_index,
    notifier,
    off_target,
    off_target_list,
    reaper,
    scheduler,
    target_scan,
)
from crackling_lambdas.runtime.hold import BEAT_SECONDS, HOLD_SECONDS
from fakes.dynamodb import TABLE_KEYS, FakeDynamoDB
from fakes.s3 import FakeS3
from fakes.sns import Email, FakeSNS
from fakes.sqs import FakeSQS
from simulator import science
from simulator.elsewhere import Fleet, Ncbi
from simulator.faults import Faults, FaultyClient, Killed
from simulator.history import History
from simulator.queues import MAX_RECEIVES, Queued, SimulatedQueue, SimulatedStream, sqs_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from crackling_lambdas.runtime.entry import Handler
    from crackling_lambdas.runtime.hold import Hold

QUEUES = {
    "download": downloader,
    "bowtie2": bowtie2_index,
    "issl": issl_index,
    "scan": target_scan,
    "consensus": consensus,
    "off_target": off_target,
    "off_target_list": off_target_list,
}
LAMBDA_LIMIT = 60
ENVIRONMENT = {
    "JOBS_TABLE": "jobs",
    "TARGETS_TABLE": "targets",
    "GENOMES_TABLE": "genomes",
    "USAGE_TABLE": "usage",
    "DATA_BUCKET": "data",
    "GENOME_BUCKET": "genome",
    **{f"{name.upper()}_QUEUE_URL": name for name in QUEUES},
    "QUEUE_URL": "queue",
    "MAX_RECEIVE_COUNT": str(MAX_RECEIVES),
    "CHUNK_SIZE": "2",
    "BOWTIE2_LIMIT_BASES": "1000000",
    "LAMBDA_LIMIT_BASES": str(LAMBDA_LIMIT),
    "STAGE": "simulated",
    "STUCK_MINUTES": "400",
    "MAIL_TOPIC": "arn:aws:sns:eu-west-1:000000000000:email",
    "MAIL_DOMAINS": "example.org,lab.example.org",
    "PAGE_URL": "https://page.example",
}
SCIENCE: dict[str, dict[str, Any]] = {
    "issl": {"build": science.build},
    "bowtie2": {"build": science.build_bowtie2},
    "consensus": {"assess": science.assess},
    "off_target": {"make_indexes": science.Indexes},
    "off_target_list": {"make_off_target_finder": science.Indexes},
}
STALLED_SECONDS = 400 * 60.0
REAPINGS = 5 * 60.0  # seconds from one to the next
DEPTH = 2  # how deep handlers may interrupt each other
PAUSES = (0, 0, 0, 20, 200)  # seconds that an interruption takes besides what others do meanwhile
MAX_PAUSES = 450  # seconds in all, so that no step runs into the time limit of a function
HOLDING = "change_message_visibility_batch"
CONTEXT: Any = SimpleNamespace(
    function_name="f", memory_limit_in_mb=1, invoked_function_arn="arn:f", aws_request_id="r"
)


class _Late:
    """Use the client of the current world: building the API's application for each world is too slow."""

    world: World

    def __init__(self, service: str) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(_Late.world.clients, self._service), name)


class World:
    """One seed's worth of faults."""

    def __init__(self, seed: int, scratch: Path, rate: float | None = None) -> None:
        self.rng = rng = random.Random(seed)
        self.now = 1_000_000.0
        self.rate = rng.choice((0, 0.01, 0.05, 0.12)) if rate is None else rate
        self.faults = Faults(rng, self.rate, interruptions=rng.choice((0, 0.03, 0.1, 0.3)))
        self.faults.interrupt = self._interrupt
        self.queues = {name: SimulatedQueue(name, rng) for name in QUEUES}
        self.streams = {
            "jobs": SimulatedStream(TABLE_KEYS["jobs"], "scheduler"),
            "genomes": SimulatedStream(TABLE_KEYS["genomes"], "scheduler"),
            "email": SimulatedStream(TABLE_KEYS["jobs"], "notifier"),
        }
        self.dynamodb = FakeDynamoDB(stale=lambda: rng.random() < 0.5)
        self.history = History()
        self.dynamodb.watch = {"jobs": self._job_written, "genomes": self._genome_written}
        self.dynamodb.conflicts = self.faults.happens
        self.s3 = FakeS3()
        sqs = FakeSQS(lambda url, body: self.queues[url].send(body), self.faults.happens, self._hide)
        self.sns = FakeSNS(self._emailed)
        self.emails: list[str] = []  # the jobs that were told of, once for each email
        services = {"dynamodb": self.dynamodb, "s3": self.s3, "sqs": sqs, "sns": self.sns}
        self.clients = SimpleNamespace(
            **{name: FaultyClient(fake, self.faults) for name, fake in services.items()}
        )
        self.users: list[Callable[[], None]] = []  # what users are still going to do
        self.at_last_part: Callable[[str], None] = lambda _genome_id: None
        self.ncbi = Ncbi(self.faults)
        self.fleet = Fleet(self)
        self._beats: dict[Hold, float] = {}  # when the next one is due
        self._beating = False
        self._pauses_left = MAX_PAUSES
        self._depth = 0
        self._scratch = scratch
        self._sandboxes: dict[tuple[str, int], Handler] = {}
        self._api = _apis()
        _Late.world = self

    def _sandbox(self, name: str) -> Handler:
        """The function's handler for this depth: a sandbox of its own, as Lambda gives concurrent calls."""
        if (name, self._depth) not in self._sandboxes:
            self.use_own_disk()
            module = {**QUEUES, "scheduler": scheduler, "reaper": reaper, "notifier": notifier}[name]
            environment = {**ENVIRONMENT, "QUEUE_URL": name}
            given: dict[str, dict[str, Any]] = {
                "scheduler": {"assemblies": self.ncbi, "launcher": self.fleet},
                "reaper": {"fleet": self.fleet},
                "download": {"download_fasta": self.ncbi.download_fasta},
                **SCIENCE,
            }
            if name != "bowtie2":  # which notes no times
                given.setdefault(name, {})["clock"] = self.clock
            self._sandboxes[name, self._depth] = module.make_handler(
                environment, self.clients, **given.get(name, {})
            )
        return self._sandboxes[name, self._depth]

    def use_own_disk(self) -> None:
        """Keep temporary files apart from those of the calls that this one interrupts."""
        folder = self._scratch / str(self._depth)
        folder.mkdir(exist_ok=True)
        tempfile.tempdir = str(folder)

    def _job_written(self, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        if before is None and after is not None:
            self.streams["jobs"].add("INSERT", after)
        elif after is not None and after != before and _owed_email(after):
            self.streams["email"].add("MODIFY", after)
        self.history.job_written(before, after)

    def _emailed(self, email: Email) -> None:
        [job_id] = re.findall(r"^https://page\.example/#/jobs/(\w+)$", email.text, re.MULTILINE)
        self.emails.append(job_id)
        self.history.emailed(email, self.dynamodb.tables["jobs"][job_id,])

    def _genome_written(self, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        if after is not None and after != before and _not_begun(after):
            self.streams["genomes"].add("INSERT" if before is None else "MODIFY", after)
        if after is not None and _all_parts_done(after) and not (before and _all_parts_done(before)):
            self.at_last_part(after["genomeId"]["S"])
        self.history.genome_written(before, after)

    def _hide(self, url: str, handle: str, seconds: int) -> None:
        self.queues[url].hide(handle, self.now + seconds, at_work=seconds == HOLD_SECONDS)

    def clock(self) -> float:
        return self.now

    def run(self, at_rest: Callable[[], None]) -> None:
        """Until every message is done or dead; then, without faults, until the reaper finds nothing more.

        `at_rest` is called between the two.
        """
        while self._step():
            pass
        self.faults.stop()
        at_rest()
        for pause in (*[REAPINGS] * 6, *[STALLED_SECONDS + 1] * 5):
            self.now += pause
            self.dynamodb.settle()
            self.reap()
            while self._step():
                pass

    def _step(self) -> bool:
        """Do one thing that can be done now; False if there is none."""
        choices: list[Callable[[], None]] = [
            partial(self.deliver, queue)
            for queue in self.queues.values()
            if any(message.visible_at <= self.now for message in queue.messages)
        ]
        choices += [
            partial(self.deliver_stream, stream)
            for stream in self.streams.values()
            if stream.records and not stream.busy
        ]
        choices += [self.fleet.work] if self.fleet.ready else []
        choices += [lambda: self.users.pop(self.rng.randrange(len(self.users)))()] if self.users else []
        if not choices:
            return self._wait()
        self.rng.choice(choices)()
        self._pass(self.rng.random())
        if self.rng.random() < 0.01:
            self.reap()
        return True

    def _wait(self) -> bool:
        waiting = [message.visible_at for queue in self.queues.values() for message in queue.messages]
        if waiting and self._depth == 0:
            self.now = max(self.now, min(waiting))
        return bool(waiting) and self._depth == 0

    def _interrupt(self) -> None:
        """A while passes in the middle of a handler: others run, a few of them or many."""
        if self._beating:
            return
        pause = self.rng.choice(PAUSES)
        if pause <= self._pauses_left and not self.fleet.working:  # whose own heartbeat is not simulated
            self._pauses_left -= pause
            self._pass(pause)
        if self._depth < DEPTH:
            self._depth += 1
            for _ in range(self.rng.choice((1, 2, 20))):
                if not self._step():
                    break
            self._depth -= 1

    def _pass(self, seconds: float) -> None:
        """Let time pass, with the heartbeats of the functions that are at work."""
        end = self.now + seconds
        while (due := min(self._beats.values(), default=end)) < end:
            self.now = max(self.now, due)
            for hold in [hold for hold, at in self._beats.items() if at <= self.now]:
                self._beats[hold] = self.now + BEAT_SECONDS
                self._beating = True
                with suppress(Killed):  # it dies at another call
                    hold.extend()
                self._beating = False
        self.now = end

    def _is_held(self, message: Queued) -> bool:
        return any(message.handle in hold.handles for hold in self._beats)

    @contextmanager
    def beating(self, hold: Hold) -> Iterator[None]:
        """Stand for the thread of `crackling_lambdas.runtime.hold.beating`."""
        self._beats[hold] = self.now + BEAT_SECONDS
        try:
            yield
        finally:
            del self._beats[hold]

    def deliver(self, queue: SimulatedQueue) -> None:
        batch = queue.receive(self.now)
        if not batch:
            return
        missed = self.faults.unanswered[HOLDING]
        if any(message.at_work and self._is_held(message) for message in batch) and not missed:
            self.history.faults.append(f"a message of {queue.name} came again while it was worked on")
        for message in batch:
            message.at_work = self.rng.random() >= 0.1
            if not message.at_work:
                queue.expire_early(message)
        answer = self._invoke(queue.name, sqs_event(batch))
        held = [message for message in batch if message.at_work and message in queue.messages]
        hidden = max((message.visible_at - self.now for message in held), default=0)
        for message in batch:
            message.at_work = False
        if answer is None and self.faults.unanswered[HOLDING] == missed and hidden > HOLD_SECONDS:
            self.history.faults.append(f"messages of a dead {queue.name} return only after {hidden} s")
        everything = {f"m{position}" for position in range(len(batch))}
        failed = (
            everything
            if answer is None
            else {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}
        )
        done = [message for position, message in enumerate(batch) if f"m{position}" not in failed]
        queue.delete(done)
        failures = [message for message in batch if message not in done]
        queue.note_failures(failures)
        if answer is not None and not self.rate and any(message in held for message in failures):
            self.history.faults.append(f"a failed message of {queue.name} was not given back")
        for message in done:
            if self.rng.random() < 0.1:
                queue.duplicate(message)

    def deliver_stream(self, stream: SimulatedStream) -> None:
        stream.busy = True
        batch = stream.records[: self.rng.randint(1, 3)]
        answer = self._invoke(stream.function, {"Records": batch})
        stream.busy = False
        if answer is None:
            stream.fail_first()
            return
        failures = {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        done = next((at for at, number in enumerate(numbers) if number in failures), len(batch))
        if self.rng.random() < 0.1:
            done = self.rng.randint(0, done)  # the answer was lost: those come again
            stream.succeed(done)
            return
        stream.succeed(done)
        if done < len(batch):
            stream.fail_first()

    def reap(self) -> None:
        self._invoke("reaper", {})

    def request(
        self, method: str, path: str, body: str | None = None, query: dict[str, str] | None = None
    ) -> dict[str, Any] | None:
        """Ask the API; None if it was killed."""
        event = {
            "httpMethod": method,
            "path": path,
            "headers": {"content-type": "application/json"},
            "multiValueHeaders": {},
            "queryStringParameters": query,
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()}
            if query
            else None,
            "requestContext": {"path": f"/api{path}"},
            "body": body,
            "isBase64Encoded": False,
        }
        return self._guarded(self._api[self._depth], event)

    def _invoke(self, name: str, event: dict[str, Any]) -> dict[str, Any] | None:
        return self._guarded(self._sandbox(name), event)

    def _guarded(self, handler: Handler, event: dict[str, Any]) -> dict[str, Any] | None:
        try:
            return handler(event, CONTEXT)
        except (Killed, Exception):
            return None


def _not_begun(item: dict[str, Any]) -> bool:
    """Apply the filter of the Genomes table's event source."""
    claimed = {"item": {"S": "genome"}, "state": {"S": "preparing"}}
    return claimed.items() <= item.items() and "venue" not in item


def _all_parts_done(item: dict[str, Any]) -> bool:
    """Return whether the preparation of a genome has just its end left."""
    if item.get("state") != {"S": "preparing"} or "done" not in item:
        return False
    return set(item["done"]["SS"]) >= set(item["parts"]["SS"])


def _owed_email(item: dict[str, Any]) -> bool:
    """Apply the filter of the notifier's event source."""
    return "recipient" in item and "notified" not in item


_built: list[Handler] = []


def _apis() -> list[Handler]:
    if not _built:
        clients: Any = SimpleNamespace(
            **{service: _Late(service) for service in ("dynamodb", "s3", "sqs", "sns")}
        )
        _built.extend(
            api.make_handler(ENVIRONMENT, clients, lambda: _Late.world.now, science.Indexes)
            for _ in range(DEPTH + 1)
        )
    return _built
