"""Run nox's default sessions, several at once: `python scripts/all_sessions.py`.

Each session is a process of its own, started in the order in which noxfile.py lists them. AT_ONCE tells how many run at
once. What a session printed follows as soon as it ends; the last lines are a table of all sessions and how many passed. The exit
code is 0 if all passed, else 1. Ctrl-C ends what is running.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "sessions"
INTERRUPTED = 130
AT_ONCE = (os.cpu_count() or 1) + 1
"""Sessions at once: one more than processors, because the browser, the deployments and the package downloads often wait."""


@dataclass(frozen=True)
class Outcome:
    """Hold how a session ended: its exit code, its wall time, its processor time, and the file with its output."""

    name: str
    code: int
    seconds: float
    processor_seconds: float
    log: Path


class Runner:
    """Runs sessions, and can end all of them."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, name: str) -> Outcome:
        """Run a session to its end, with its output in a file of its own."""
        log = LOGS / f"{name}.log"
        begun = time.monotonic()
        if self._stopped:
            return Outcome(name, INTERRUPTED, 0.0, 0.0, log)
        say(f"{name}: started")
        with log.open("wb") as output:
            command = [sys.executable, "-m", "nox", "--session", name]
            # A process group of its own, so that everything a session has started can be ended.
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            self._running.add(process)
            # Unlike Popen.wait(), wait4() also tells the processor time of the session and of the children it has waited for.
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self._running.discard(process)
        return Outcome(
            name, process.returncode, time.monotonic() - begun, usage.ru_utime + usage.ru_stime, log
        )

    def stop(self) -> None:
        """End all running sessions and start no more."""
        self._stopped = True
        for process in list(self._running):
            os.killpg(process.pid, signal.SIGTERM)


def default_sessions() -> list[str]:
    """Return the names of nox's default sessions, in their order."""
    import nox

    sys.path.insert(0, str(ROOT))
    import noxfile  # noqa: F401 - sets the options

    return list(nox.options.sessions or ())


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def report(outcome: Outcome) -> None:
    """Print the output of a session."""
    say(f"\n{'=' * 20} {outcome.name} {'=' * 20}")
    sys.stdout.write(outcome.log.read_text("utf-8", errors="replace"))
    sys.stdout.flush()


def summary(outcomes: list[Outcome], seconds: float) -> int:
    """Print a line for each session and the totals; return the exit code."""
    say(f"\n{'=' * 20} all sessions {'=' * 20}")
    for outcome in sorted(outcomes, key=lambda one: -one.seconds):
        say(
            f"{'passed' if outcome.code == 0 else 'FAILED'}  {outcome.seconds:6.0f} s  "
            f"{outcome.processor_seconds:6.0f} s of processor time  {outcome.name}"
        )
    failed = sum(outcome.code != 0 for outcome in outcomes)
    say(f"{seconds:.0f} s in all\nsessions: {len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


def main() -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    # A terminated run ends its sessions as an interrupted one does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begun = time.monotonic()
    runner, outcomes = Runner(), []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            for future in as_completed([pool.submit(runner.run, name) for name in default_sessions()]):
                outcomes.append(future.result())
                report(outcomes[-1])
        except KeyboardInterrupt:
            runner.stop()
            return INTERRUPTED
    return summary(outcomes, time.monotonic() - begun)


if __name__ == "__main__":
    sys.exit(main())
