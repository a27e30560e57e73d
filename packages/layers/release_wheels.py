"""Build and check the wheels of the package crackling that a release has: `release_wheels.py [--out FOLDER]`.

They are for Linux (glibc 2.28) and macOS 11 on x86-64 and arm64, all built on this machine. The wheel for this machine is also
installed into a fresh environment and run. Prints one line per finding; the exit status is 1 if there are any.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import io
import platform
import shutil
import struct
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layer_recipes import elf, own_wheels
from layer_recipes.errors import RecipeError
from layer_recipes.recipe import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

GLIBC: Final = (2, 28)
_KERNEL: Final = "crackling/_kernel.so"
_MACH_O_64: Final = 0xFEEDFACF
_MACH_O_PROCESSORS: Final = {0x01000007: "x86_64", 0x0100000C: "arm64"}


@dataclass(frozen=True)
class Platform:
    """Hold what a wheel is for: a system as platform.system() names it, a processor, Zig's name for both, the wheel's tag."""

    system: str
    machine: str
    compiler: str
    tag: str

    def is_this_machine(self) -> bool:
        return (self.system, self.machine) == (platform.system(), platform.machine())


PLATFORMS: Final = (
    *(
        Platform("Linux", machine, f"{machine}-linux-gnu.2.28", f"manylinux_2_28_{machine}")
        for machine in ("x86_64", "aarch64")
    ),
    Platform("Darwin", "x86_64", "x86_64-macos.11.0", "macosx_11_0_x86_64"),
    Platform("Darwin", "arm64", "aarch64-macos.11.0", "macosx_11_0_arm64"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--out", type=Path, default=REPOSITORY / "build/wheels", help="the folder for the wheels"
    )
    out = parser.parse_args().out
    shutil.rmtree(out, ignore_errors=True)
    findings: list[str] = []
    try:
        for target in PLATFORMS:
            wheel = _build(target, out)
            sys.stdout.write(f"{wheel.stat().st_size / 1e6:5.1f} MB  {wheel.name}\n")
            findings += _findings(wheel, target)
    except RecipeError as error:
        findings.append(str(error))
    sys.stdout.writelines(f"WRONG     {finding}\n" for finding in findings)
    return 1 if findings else 0


def _build(target: Platform, into: Path) -> Path:
    own_wheels.build(own_wheels.CRACKLING, own_wheels.CRACKLING_PARTS, target.compiler, target.tag, into)
    [wheel] = into.glob(f"*-{target.tag}.whl")
    return wheel


def _findings(wheel: Path, target: Platform) -> Iterator[str]:
    with zipfile.ZipFile(wheel) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    yield from (f"{wheel.name}: {finding}" for finding in wrong_tag(contents, target))
    yield from (f"{wheel.name}: {finding}" for finding in wrong_kernel(contents[_KERNEL], target))
    yield from (f"{wheel.name}: {finding}" for finding in wrong_record(contents))
    with tempfile.TemporaryDirectory() as scratch:
        if _build(target, Path(scratch)).read_bytes() != wheel.read_bytes():
            yield f"{wheel.name}: a second build gives other bytes"
        if target.is_this_machine():
            _try(wheel, Path(scratch))


def wrong_tag(contents: dict[str, bytes], target: Platform) -> Iterator[str]:
    """Check the tag in the metadata, which installers compare with the file's name."""
    [metadata] = [content for name, content in contents.items() if name.endswith(".dist-info/WHEEL")]
    tags = [line for line in metadata.decode().splitlines() if line.startswith("Tag: ")]
    if tags != [f"Tag: py3-none-{target.tag}"]:
        yield f"the metadata has {tags}, not the tag py3-none-{target.tag}"


def wrong_kernel(kernel: bytes, target: Platform) -> Iterator[str]:
    """Check the processor and the system that the kernel is for, and the C library that it needs."""
    if kernel_platform(kernel) != (target.system, target.machine):
        yield f"the kernel is for {kernel_platform(kernel)}, not for {(target.system, target.machine)}"
    elif target.system == "Linux" and elf.glibc(kernel) > GLIBC:
        yield f"the kernel needs glibc {elf.glibc(kernel)}, newer than {GLIBC}"


def kernel_platform(kernel: bytes) -> tuple[str, str]:
    """Return the system and the processor of a shared library, as the module platform names them."""
    magic, processor = struct.unpack_from("<II", kernel)
    if magic == _MACH_O_64:
        return "Darwin", _MACH_O_PROCESSORS[processor]
    return "Linux", elf.machine(kernel)


def wrong_record(contents: dict[str, bytes]) -> Iterator[str]:
    """Check that RECORD lists every file of a wheel with its digest and size, and no other file."""
    [record] = [name for name in contents if name.endswith(".dist-info/RECORD")]
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(contents[record].decode()))}
    yield from (
        f"only one of RECORD and the wheel has {name}" for name in sorted(rows.keys() ^ contents.keys())
    )
    for name in sorted(rows.keys() & contents.keys() - {record}):
        digest = base64.urlsafe_b64encode(hashlib.sha256(contents[name]).digest()).rstrip(b"=").decode()
        if rows[name] != [f"sha256={digest}", str(len(contents[name]))]:
            yield f"RECORD has another digest or size of {name}"


def _try(wheel: Path, scratch: Path) -> None:
    """Install a wheel into a fresh environment and design guides with it.

    Raises:
        RecipeError: it cannot be installed or run.
    """
    python = scratch / "venv/bin/python"
    sample = REPOSITORY / "sample"
    uv = [sys.executable, "-m", "uv"]
    own_wheels.run([*uv, "venv", "--quiet", "--python", sys.executable, str(scratch / "venv")], scratch)
    constraints = ["--constraint", str(REPOSITORY / "requirements.lock")]
    own_wheels.run(
        [*uv, "pip", "install", "--quiet", "--python", str(python), *constraints, str(wheel)], scratch
    )
    program = str(python.with_name("crackling"))
    own_wheels.run([program, "--version"], scratch)
    design = "import crackling, pathlib, sys; print(len(crackling.design(pathlib.Path(sys.argv[1]), genome=sys.argv[2])))"
    files = [str(sample / "cI.fa"), str(sample / "lambda_phage.fa")]
    guides = own_wheels.run([str(python), "-c", design, *files], scratch)
    if int(guides) == 0:
        raise RecipeError(f"{wheel.name} finds no guides in the sample")


if __name__ == "__main__":
    sys.exit(main())
