"""Name the Python version and processor that a layer is built for, in the terms of each tool."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import argparse

# Lambda's Python 3.12 to 3.14 run on Amazon Linux 2023.
GLIBC: Final = (2, 34)

_MACHINES: Final = {"x86_64": "x86_64", "arm64": "aarch64"}
_DEBIAN: Final = {"x86_64": "amd64", "arm64": "arm64"}
ARCHITECTURES: Final = tuple(_MACHINES)


@dataclass(frozen=True)
class Target:
    """A Python version such as "3.13" and one of Lambda's architectures, "x86_64" or "arm64"."""

    python: str = "3.13"
    arch: str = "x86_64"

    @classmethod
    def here(cls) -> Target:
        """Return the target for the running interpreter, which the local cloud uses."""
        machine = platform.machine()
        arch = next((arch for arch, name in _MACHINES.items() if machine in (arch, name)), machine)
        return cls(f"{sys.version_info.major}.{sys.version_info.minor}", arch)

    @property
    def folder(self) -> str:
        return f"cp{self.python.replace('.', '')}-{self.arch}"

    @property
    def machine(self) -> str:
        return _MACHINES[self.arch]

    @property
    def debian(self) -> str:
        return _DEBIAN[self.arch]

    @property
    def wheels(self) -> str:
        """Return uv's name for the newest wheel platform that Lambda's C library supports."""
        return f"{self.machine}-manylinux_{GLIBC[0]}_{GLIBC[1]}"

    @property
    def compiler(self) -> str:
        """Return zig's name for the target."""
        return f"{self.machine}-linux-gnu.{GLIBC[0]}.{GLIBC[1]}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    default = Target()
    parser.add_argument("--python", default=default.python, help=f"version; default: {default.python}")
    parser.add_argument(
        "--arch", default=default.arch, choices=ARCHITECTURES, help=f"default: {default.arch}"
    )
    parser.add_argument("--here", action="store_true", help="for the interpreter that runs this, instead")


def chosen(arguments: argparse.Namespace) -> Target:
    return Target.here() if arguments.here else Target(arguments.python, arguments.arch)
