"""Test `./scripts/run` as a user starts it: in a process of its own, from the repository, with a separate environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import build
from plumbing import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

SET_UP_SECONDS = 600  # the very first run creates .venv


class Run:
    """A running script and its output so far."""

    def __init__(self, folder: Path) -> None:
        self._heard = b""
        self.process = subprocess.Popen(
            ["./scripts/run", "--once"],
            cwd=build.ROOT,
            env={**os.environ, "PATH": _path(), "TMPDIR": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            # A background job of a shell ignores Ctrl-C, and so would every process that it starts.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        while part := os.read(self.process.stderr.fileno(), 4096):
            self._heard += part

    @property
    def heard(self) -> str:
        return self._heard.decode()

    def wait_for(self, text: str) -> None:
        def said() -> bool:
            assert self.process.poll() is None, self.heard
            return text in self.heard

        wait_until(said, f"it says {text!r}", SET_UP_SECONDS)

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and standard output."""
        output, _ = self.process.communicate(timeout=SET_UP_SECONDS)
        self._listener.join()
        return self.process.returncode, output.decode()

    def family(self) -> set[int]:
        """Return the process and all its descendants."""
        found = {self.process.pid}
        parents = processes()
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found


def _path() -> str:
    """Return PATH without the environment of these tests, so that `./scripts/run` finds the machine's own Python."""
    return os.pathsep.join(
        folder
        for folder in os.environ["PATH"].split(os.pathsep)
        if not Path(folder).is_relative_to(sys.prefix)
    )


def processes() -> dict[int, int]:
    """Return every running process with its parent."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    )
    rows = (line.split() for line in listed.stdout.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


@contextmanager
def started(folder: Path) -> Iterator[Run]:
    run = Run(folder)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            os.killpg(run.process.pid, signal.SIGKILL)


def assert_gone(family: set[int], folder: Path) -> None:
    wait_until(lambda: not family & processes().keys(), "every process has ended", 10)
    assert list(folder.iterdir()) == []


def test_once_prints_the_guides_of_the_sample(tmp_path: Path) -> None:
    with started(tmp_path) as run:
        run.wait_for("job ")
        family = run.family()
        code, output = run.end()
    assert code == 0, run.heard
    assert "75 guides" in output
    assert "TCAAGCTGCTCTTGTGTTAA TGG" in output
    assert len([line for line in output.splitlines() if line.split()[:1] and line.split()[0].isdigit()]) == 76
    assert len(family) > 5, "the functions have processes of their own"
    assert_gone(family, tmp_path)


def test_ctrl_c_in_the_middle_of_deploying_leaves_nothing_running(tmp_path: Path) -> None:
    with started(tmp_path) as run:
        run.wait_for("deployment ...")
        wait_until(lambda: len(run.family()) > 1, "the CDK is running")
        family = run.family()
        os.killpg(run.process.pid, signal.SIGINT)
        code, _ = run.end()
    assert code == 130, run.heard
    assert "Traceback" not in run.heard
    assert_gone(family, tmp_path)


def test_terminating_it_while_a_genome_is_prepared_leaves_nothing_running(tmp_path: Path) -> None:
    with started(tmp_path) as run:
        run.wait_for("genome phage-lambda ...")
        wait_until(lambda: len(run.family()) > 2, "functions are running")
        family = run.family()
        run.process.terminate()
        code, _ = run.end()
    assert code == 128 + signal.SIGTERM, run.heard
    assert "Traceback" not in run.heard
    assert_gone(family, tmp_path)
