"""Manage all execution environments: choose the child for an invocation, limit concurrency, and record costs."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.runtime.child import Answer, Child
from localcloud.runtime.content import ContentStore
from localcloud.runtime.function import Function, Invocation, Outcome

if TYPE_CHECKING:
    from localcloud.world import World

LogSink = Callable[[Function, str, str], None]
"""Called with the function, its log stream's name and the text of one invocation."""


class Throttled(Exception):  # noqa: N818 - the name that Lambda gives it
    """Raised when all of the function's reserved concurrency is in use, or when the runtime has been closed."""


class Runtime:
    """Runs functions in child processes that stay warm until their deployment changes or `close` is called.

    `concurrency` limits how many invocations of one function this machine runs at once; further ones wait. Reserved concurrency
    is the function's own limit; further invocations are `Throttled`, as in Lambda. `log_folder` keeps log files,
    `cache` keeps unpacked archives.
    """

    def __init__(
        self,
        world: World,
        *,
        log: LogSink,
        concurrency: int | None = None,
        log_folder: Path | None = None,
        cache: Path | None = None,
    ) -> None:
        self._world, self._log = world, log
        self._home = Path(tempfile.mkdtemp(prefix="localcloud-"))
        self._folder = log_folder or self._home / "environments"
        self._content = ContentStore(cache or self._home / "content")
        self._concurrency = concurrency or max(2, os.cpu_count() or 2)
        self._lock = threading.Lock()
        self._idle: dict[str, list[Child]] = defaultdict(list)
        self._children: set[Child] = set()
        self._busy: dict[str, int] = defaultdict(int)
        self._slots: dict[str, threading.Semaphore] = {}
        self._invocations: deque[Invocation] = deque(maxlen=200_000)  # the newest
        self._closed = False

    def invoke(self, function: Function, event: bytes) -> Outcome:
        """Run one invocation to its end. `event` is JSON. Raises `Throttled`."""
        self._reserve(function)
        try:
            with self._slot(function):
                return self._run(function, event)
        finally:
            with self._lock:
                self._busy[function.name] -= 1

    def _reserve(self, function: Function) -> None:
        with self._lock:
            used_up = function.reserved is not None and self._busy[function.name] >= function.reserved
            if self._closed or used_up:
                raise Throttled(function.name)
            self._busy[function.name] += 1

    def _slot(self, function: Function) -> threading.Semaphore:
        with self._lock:
            return self._slots.setdefault(function.name, threading.Semaphore(self._concurrency))

    def _run(self, function: Function, event: bytes) -> Outcome:
        request_id, start = str(uuid.uuid4()), time.monotonic()
        child, failure = self._warm_child(function)
        begun = time.monotonic()
        try:
            answer = failure or child.call(request_id, event)
        except BaseException:
            self._discard(child)
            raise
        end = time.monotonic()
        invocation = Invocation(
            function.name,
            request_id,
            start,
            end - begun,
            begun - start,
            function.memory,
            "error" in answer.message,
        )
        text = _report(invocation, child.read_log(), answer.message.get("error"))
        with self._lock:
            self._invocations.append(invocation)
            keep = answer.alive and failure is None and child in self._children
            if keep:
                self._idle[function.name].append(child)
        if not keep:
            self._discard(child)
        self._log(function, child.stream, text)
        body = answer.message["error"] if invocation.failed else answer.message.get("result")
        return Outcome(json.dumps(body).encode(), invocation.failed, text, request_id)

    def _warm_child(self, function: Function) -> tuple[Child, Answer | None]:
        """Return an idle child of this exact deployment or a new one, and the error if its code could not be loaded.

        A child that died while it was idle is replaced, as Lambda does.
        """
        with self._lock:
            idle = self._idle[function.name]
            usable = [
                child for child in idle if child.is_running and child.function.revision == function.revision
            ]
            stale = [child for child in idle if child not in usable]
            child = usable.pop() if usable else None
            self._idle[function.name] = usable
        for old in stale:
            self._discard(old)
        if child:
            return child, None
        try:
            child = Child(function, self._world, self._content, self._folder)
        except OSError:
            if self._closed:  # the unpacked code is gone
                raise Throttled(function.name) from None
            raise
        with self._lock:
            if not self._closed:
                self._children.add(child)
        if self._closed:
            child.discard()
            raise Throttled(function.name)
        ready = child.wait_ready()
        return child, ready if "error" in ready.message else None

    def _discard(self, child: Child) -> None:
        with self._lock:
            self._children.discard(child)
        child.discard()

    def working_processes(self) -> list[int]:
        """Return the ids of the processes that are handling an invocation, or are starting."""
        with self._lock:
            idle = {child for children in self._idle.values() for child in children}
            return [child.pid for child in self._children - idle]

    def invocations(self) -> list[Invocation]:
        """Return every invocation so far, in the order in which they ended."""
        with self._lock:
            return list(self._invocations)

    def close(self) -> None:
        """End every child, start no other, and remove unpacked archives; log files in the caller's folder stay."""
        with self._lock:
            self._closed = True
            children = list(self._children)
            self._children.clear()
        for child in children:
            child.stop()
        shutil.rmtree(self._home, ignore_errors=True)


def _report(invocation: Invocation, text: str, error: dict[str, str] | None) -> str:
    """Add the lines that Lambda writes around a function's own log."""
    request = f"RequestId: {invocation.request_id}"
    lines = [f"START {request} Version: $LATEST\n", text if text.endswith("\n") or not text else text + "\n"]
    if error and error["errorType"].startswith(("Sandbox.", "Runtime.")):
        lines.append(f"[ERROR] {error['errorType']}: {error['errorMessage']}\n")
    lines.append(f"END {request}\n")
    lines.append(
        f"REPORT {request}\tDuration: {invocation.seconds * 1000:.2f} ms\tBilled Duration: {invocation.billed_ms} ms"
        f"\tMemory Size: {invocation.memory} MB\n"
    )
    return "".join(lines)
