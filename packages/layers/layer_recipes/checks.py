"""Check finished trees against what Lambda allows; each check yields one line per finding."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layer_recipes import bowtie2, elf, store, tree
from layer_recipes.target import GLIBC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from layer_recipes.recipe import Recipe
    from layer_recipes.target import Target

# Lambda's limit for the unzipped size of a function with all its layers.
LARGEST: Final = 250 * 2**20
# The manylinux policy guarantees these on every system; the layer itself must contain all others.
_OF_THE_SYSTEM: Final = {
    *("libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1"),
    *("libgcc_s.so.1", "libstdc++.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"),
}
_PROBE: Final = Path(__file__).with_name("probe.py")


def too_large(trees: Iterable[Path]) -> Iterator[str]:
    """Check the total size of all trees, which is more than any single function has."""
    total = sum(tree.size(path) for path in trees)
    if total > LARGEST:
        yield f"the layers and the code have {total} bytes unzipped; Lambda allows a function {LARGEST}"


def foreign_libraries(root: Path, target: Target) -> Iterator[str]:
    """Find native code that Lambda's system could not load."""
    libraries = [path for path in tree.files(root) if elf.is_elf(path)]
    known = _OF_THE_SYSTEM | {path.name for path in libraries}
    # bowtie2's layer includes its own loader, and with it the C library that its programs were built for.
    newest = (9, 9) if any(path.name.startswith("ld-linux") for path in libraries) else GLIBC
    for path in libraries:
        content, name = path.read_bytes(), path.relative_to(root)
        if elf.machine(content) != target.machine:
            yield f"{name} is for {elf.machine(content)}, not for {target.machine}"
        for library in sorted(set(elf.needed(content)) - known):
            yield f"{name} needs {library}, which is neither in Lambda's system nor in the layer"
        if elf.glibc(content) > newest:
            yield f"{name} needs glibc {elf.glibc(content)}, newer than Lambda's {GLIBC}"


def broken_imports(python: str, folders: list[Path], words: list[str]) -> Iterator[str]:
    """Import modules, or all modules of packages ("name.*"), in a process that sees only these folders."""
    # -S and -s hide the packages of this machine; -B keeps Python from writing into the layers.
    command = [python, "-S", "-s", "-B", str(_PROBE), *words]
    done = _run(command, {"PYTHONPATH": ":".join(map(str, folders))})
    if done.returncode:
        yield f"under {python}: {done.stderr.strip()}"


def broken_bowtie2(root: Path) -> Iterator[str]:
    """Index a short sequence and align a part of it, calling the programs as a function would."""
    programs = root / "bowtie2/bin"
    sequence = "ACGTTGCAATCGGCTAAGCTTACCGATGGATCCATTGCAGTCCGATTAGCAATCGTACGGA"
    with tempfile.TemporaryDirectory() as scratch:
        index = f"{scratch}/index"
        commands = [
            [str(programs / "bowtie2-build-s"), "--quiet", "-c", sequence, index],
            [str(programs / "bowtie2-align-s"), "--no-hd", "-c", "-x", index, sequence[10:40]],
        ]
        for command in commands:
            done = _run(command, os.environ)
            if done.returncode:
                yield f"{Path(command[0]).name} failed: {done.stderr.strip()}"
                return
    contig, position = done.stdout.split("\t")[2:4]
    if (contig, position) != ("0", "11"):
        yield f"bowtie2-align-s found contig {contig}, position {position} instead of 0, 11"
    missing = [program for program in bowtie2.PROGRAMS if not (programs / program).is_file()]
    yield from (f"{program} is missing" for program in missing)


def other_bytes(recipe: Recipe, target: Target, path: Path) -> Iterator[str]:
    """Build the tree again in another folder, and report the files that differ."""
    with tempfile.TemporaryDirectory() as scratch:
        again = store.bring(recipe, target, Path(scratch)).path
        if tree.digest(again) != tree.digest(path):
            changed = tree.listing(again) ^ tree.listing(path)
            yield f"{path} built again differs in {', '.join(sorted({name for name, _, _ in changed}))}"


def _run(command: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
