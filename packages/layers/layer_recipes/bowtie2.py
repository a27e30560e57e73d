"""Build the layer `bowtie2`: Debian's programs with the loader and the libraries that they were built for.

Lambda's C library is older than Debian's, so the loader must be included. For each program, a small script calls the loader
by name with the folder of libraries. The scripts are in /opt/bowtie2/bin, and work in any other folder too.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layer_recipes import debian, elf
from layer_recipes.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layer_recipes.target import Target

PACKAGES: Final = ("bowtie2", "libc6", "libgcc-s1", "libstdc++6", "zlib1g")
PROGRAMS: Final = (
    "bowtie2-align-s",
    "bowtie2-align-l",
    "bowtie2-build-s",
    "bowtie2-build-l",
    "bowtie2-inspect-s",
)

_START: Final = """#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd)
exec "$here/lib/{loader}" --library-path "$here/lib" "$here/libexec/{program}" "$@"
"""


def inputs(target: Target) -> list[str]:
    return debian.resolve(PACKAGES, target.debian)


def build(target: Target, into: Path) -> None:
    home = into / "bowtie2"
    for folder in ("bin", "lib", "libexec"):
        (home / folder).mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        debian.unpack(PACKAGES, target.debian, root)
        libraries = {path.name: path for path in root.rglob("*.so*") if path.is_file()}
        loader = next(name for name in sorted(libraries) if name.startswith("ld-linux"))
        for program in PROGRAMS:
            shutil.copy2(root / "usr/bin" / program, home / "libexec")
            (home / "bin" / program).write_text(_START.format(loader=loader, program=program))
            (home / "bin" / program).chmod(0o755)
        for name in _closure((home / "libexec").iterdir(), libraries):
            shutil.copy2(libraries[name], home / "lib" / name)
        for package in PACKAGES:
            notice = next(root.glob(f"usr/share/doc/{package}/copyright"), None)
            if notice:
                shutil.copyfile(notice, home / f"{package}.copyright")


def _closure(programs: Iterator[Path], libraries: dict[str, Path]) -> list[str]:
    """Return the names of all libraries that the programs need, directly or indirectly."""
    found: set[str] = set()
    waiting = list(programs)
    while waiting:
        for name in elf.needed(waiting.pop().read_bytes()):
            if name not in libraries:
                raise RecipeError(f"bowtie2 needs {name}, which is in none of {', '.join(PACKAGES)}")
            if name not in found:
                found.add(name)
                waiting.append(libraries[name])
    return sorted(found)
