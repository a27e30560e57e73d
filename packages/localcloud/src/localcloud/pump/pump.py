"""Run one poller for each enabled event source mapping, and the clock of the schedules."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.pump.mapping import Invoke, Mapping
from localcloud.pump.queues import QueuePoller
from localcloud.pump.schedules import Schedule, schedules
from localcloud.pump.streams import Positions, StreamPoller
from localcloud.runtime import Throttled

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.world import World

log = logging.getLogger(__name__)
_TICK_SECONDS = 0.25


@dataclass(frozen=True)
class _Running:
    mapping: Mapping
    thread: threading.Thread
    stop: threading.Event


class Pump:
    """Starts and stops pollers as mappings appear, change and disappear. It looks when `generation` changes."""

    def __init__(self, world: World, invoke: Invoke, generation: Callable[[], int]) -> None:
        self._world, self._invoke, self._generation = world, invoke, generation
        self._stop = threading.Event()
        self._running: dict[str, _Running] = {}
        self._positions: dict[str, Positions] = {}
        self._due: dict[str, float] = {}
        self._schedules: list[Schedule] = []
        self._thread = threading.Thread(target=self._watch, name="pump", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let no poller take up new work."""
        self._stop.set()
        self._thread.join()
        for running in self._running.values():
            running.stop.set()

    def close(self) -> None:
        """Stop every poller, and wait until the work that they have begun has ended."""
        self.stop()
        for running in self._running.values():
            running.thread.join(5)

    def fire(self, rule: str) -> None:
        """Fire a schedule now, without waiting for its time. Raises KeyError for an unknown rule."""
        found = [schedule for schedule in schedules(self._world) if schedule.name == rule]
        if not found:
            raise KeyError(rule)
        found[0].fire(self._world, self._invoke)

    def _watch(self) -> None:
        seen = -1
        while not self._stop.wait(_TICK_SECONDS):
            generation = self._generation()
            if generation != seen and self._followed():
                seen = generation
            self._tick()

    def _followed(self) -> bool:
        """Update the pollers; return False, to be retried, if a changing stack made that fail."""
        try:
            self._follow()
        except Exception as error:  # noqa: BLE001 - it is tried again, and a later change may need a poller
            log.warning("looking at what is deployed: %s", error)
            return False
        return True

    def _follow(self) -> None:
        """Bring pollers and schedules in line with what is deployed."""
        answer = self._world.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        wanted = {mapping.uuid: mapping for mapping in map(Mapping.of, answer) if mapping.enabled}
        for uuid, running in list(self._running.items()):
            if wanted.get(uuid) != running.mapping:
                running.stop.set()
                del self._running[uuid]
        for uuid, mapping in wanted.items():
            if uuid not in self._running:
                self._running[uuid] = self._begin(mapping)
        self._schedules = schedules(self._world)
        now = time.monotonic()
        self._due = {one.name: self._due.get(one.name, now + one.seconds) for one in self._schedules}

    def _begin(self, mapping: Mapping) -> _Running:
        stop = threading.Event()
        thread = threading.Thread(target=self._poll, args=(mapping, stop), name="poller", daemon=True)
        thread.start()
        return _Running(mapping, thread, stop)

    def _poll(self, mapping: Mapping, stop: threading.Event) -> None:
        positions = self._positions.setdefault(mapping.uuid, {})
        while not stop.is_set():
            try:
                if ":sqs:" in mapping.source:
                    QueuePoller(mapping, self._world, self._invoke, stop).run()
                else:
                    StreamPoller(mapping, self._world, self._invoke, stop, positions).run()
            except Exception as error:
                if not self._exists(mapping):
                    return  # when a stack is removed, a source may disappear before its mapping
                known = isinstance(error, BotoCoreError | ClientError)
                log.warning("poller of %s: %s", mapping.source, error, exc_info=None if known else error)
                stop.wait(1)

    def _exists(self, mapping: Mapping) -> bool:
        try:
            self._world.client("lambda").get_event_source_mapping(UUID=mapping.uuid)
        except (BotoCoreError, ClientError):
            return False
        return True

    def _tick(self) -> None:
        now = time.monotonic()
        for schedule in self._schedules:
            if now >= self._due[schedule.name]:
                self._due[schedule.name] = now + schedule.seconds
                threading.Thread(target=self._fire, args=(schedule,), daemon=True).start()

    def _fire(self, schedule: Schedule) -> None:
        try:
            schedule.fire(self._world, self._invoke)
        except Throttled:
            log.warning("schedule %s: %s is throttled", schedule.name, schedule.targets)
        except Exception:
            log.exception("schedule %s", schedule.name)
