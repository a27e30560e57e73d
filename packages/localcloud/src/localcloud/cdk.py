"""Run the real CDK CLI against the local cloud and nothing else."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localcloud.world import ACCOUNT, World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

QUIET = {
    "CDK_DISABLE_CLI_TELEMETRY": "1",
    "CI": "1",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    "NODE_NO_WARNINGS": "1",
}
"""Variables that keep the CDK and Node from calling home and from warning about a Node version that works."""

_KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")


class CdkError(Exception):
    """Raised when the CDK CLI fails; the message is what it printed."""


@dataclass(frozen=True)
class Cdk:
    """Runs the CDK CLI at the path `executable`; `tell` is called with every line as the CLI prints it."""

    executable: Path
    world: World
    tell: Callable[[str], None]

    def bootstrap(self) -> str:
        return self._run("bootstrap", f"aws://{ACCOUNT}/{self.world.region}", app=None)

    def deploy(self, assembly: Path, stacks: Sequence[str]) -> str:
        """Deploy stacks (all if none is named) of a synthesised cloud assembly; return what the CLI printed."""
        options = ("--require-approval", "never", "--progress", "events", "--concurrency", "1")
        return self._run("deploy", *(stacks or ("--all",)), *options, app=assembly)

    def diff(self, assembly: Path, stacks: Sequence[str]) -> tuple[bool, str]:
        """Return whether a deployment would change anything, and what the CLI printed about it."""
        status, printed = self._start("diff", *stacks, "--fail", app=assembly)
        if status not in (0, 1) or "Number of stacks with differences" not in printed:
            raise CdkError(printed)
        return status == 1, printed

    def destroy(self, assembly: Path, stacks: Sequence[str]) -> str:
        return self._run("destroy", *(stacks or ("--all",)), "--force", app=assembly)

    def _run(self, *arguments: str, app: Path | None) -> str:
        status, printed = self._start(*arguments, app=app)
        if status:
            raise CdkError(printed)
        return printed

    def _start(self, *arguments: str, app: Path | None) -> tuple[int, str]:
        command = [str(self.executable.resolve()), *arguments, "--no-notices", "--no-color"]
        command += ["--app", str(app.resolve())] if app else []
        # A clean environment: no profile, proxy or role of the user's may lead to a real account.
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        # An empty folder, because the CLI would obey a cdk.json in the current one.
        with tempfile.TemporaryDirectory() as nowhere:
            return self._follow(command, {**kept, **self.world.environment(), **QUIET}, nowhere)

    def _follow(self, command: list[str], environment: dict[str, str], folder: str) -> tuple[int, str]:
        with subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                printed = [self._told(line) for line in process.stdout or ()]
            except BaseException:
                process.kill()
                raise
        return process.returncode, "".join(printed)

    def _told(self, line: str) -> str:
        self.tell(line.rstrip())
        return line
