"""Compile the kernel: `python compile.py [--target x86_64-linux-gnu.2.34] [--output FILE] [--sanitize]`.

The compiler is Zig's C compiler from PyPI (`ziglang`): a newcomer needs none of their own, it compiles for any target from
any machine, and the same sources give the same bytes. Sanitizers (address, undefined behaviour) need the system's own
compiler, because Zig ships no address sanitizer.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

NATIVE = Path(__file__).resolve().parent
LIBRARY = NATIVE.parent / "src" / "crackling" / "_kernel.so"
SEARCH_SOURCES = ("genome.c", "lists.c", "prepare.c", "scan.c", "search.c")
SEARCH_HEADERS = ("kernel.h", "entry.h", "scan.h", "weigh.h")
BULK_SOURCES = ("bulk.c", "bulk_scalar.c", "bulk_avx2.c", "bulk_avx512.c", "bulk_neon.c")
BULK_HEADERS = ("bulk.h", "bulk_product.h", "bulk_walk.h")
FOLD_SOURCES = ("fold.c", "fold_prepare.c", "fold_trace.c")
FOLD_HEADERS = ("fold.h", "fold_energy.h", "fold_tables.h")
SOURCES = [NATIVE / name for name in (*SEARCH_SOURCES, *BULK_SOURCES, *FOLD_SOURCES)]
HEADERS = [NATIVE / name for name in (*SEARCH_HEADERS, *BULK_HEADERS, *FOLD_HEADERS)]
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wno-psabi"]  # no vector is passed into the library or out of it
FLAGS = ["-std=c11", "-O3", "-fPIC", "-shared", *WARNINGS, "-fvisibility=hidden"]
# Every x86-64 processor since 2009 runs it (POPCNT). Tuned for those since 2013, folding takes 15 % less time.
BASELINE = ["-march=x86_64_v2", "-mtune=haswell"]
# macOS stores in a library the path that it was linked at, unless it is given another name.
INSTALL_NAME = ["-Wl,-install_name,@rpath/_kernel.so"]
SANITIZERS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def host_target() -> str:
    """Return this machine as Zig names it, with the oldest C library that the product runs on."""
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    return f"{machine}-macos" if sys.platform == "darwin" else f"{machine}-linux-gnu.2.28"


def command(output: Path, target: str | None, sanitize: bool) -> list[str]:
    sources = [source.name for source in SOURCES]  # relative, so that no folder's name gets into the library
    if sanitize:
        return ["cc", *FLAGS, *SANITIZERS, *sources, "-o", str(output)]
    target = target or host_target()
    processor = BASELINE if target.startswith("x86_64") else []
    name = INSTALL_NAME if "-macos" in target else []
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", target, "-s", *processor]
    return [*zig, *FLAGS, *name, *sources, "-o", str(output)]


def compile_kernel(output: Path = LIBRARY, target: str | None = None, sanitize: bool = False) -> Path:
    """Write the shared library; the file appears whole or not at all.

    Raises:
        subprocess.CalledProcessError: the compiler reported an error (it is on stderr).
    """
    output = output.resolve()
    output.parent.mkdir(parents=True, exist_ok=True)
    # Two processes may compile at once. The name stays, because the signature of a macOS library contains it.
    with tempfile.TemporaryDirectory(prefix=f"{output.stem}.", dir=output.parent) as scratch:
        unfinished = Path(scratch, output.name)
        subprocess.run(command(unfinished, target, sanitize), cwd=NATIVE, check=True)
        unfinished.replace(output)
    return output


def is_fresh(output: Path = LIBRARY) -> bool:
    """Return whether the library exists and is newer than everything that it is made from."""
    inputs = [*SOURCES, *HEADERS, Path(__file__)]
    return output.exists() and output.stat().st_mtime >= max(path.stat().st_mtime for path in inputs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--target", help="as Zig names it; default: this machine")
    parser.add_argument("--output", type=Path, default=LIBRARY)
    parser.add_argument(
        "--sanitize", action="store_true", help="with address and undefined-behaviour sanitizers"
    )
    arguments = parser.parse_args()
    compile_kernel(arguments.output, arguments.target, arguments.sanitize)


if __name__ == "__main__":
    main()
