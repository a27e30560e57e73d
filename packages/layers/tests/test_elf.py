"""Test the reader and the packer of shared libraries, on a library compiled here for each processor."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from layer_recipes import checks, elf
from layer_recipes.target import Target

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """
#include <math.h>
#include <stdlib.h>
static double hidden[4096] = {1};
__thread double own = 2;
double power(double x) { own += 1; return pow(x, own) + hidden[0] + (getenv("NO SUCH NAME") != NULL); }
"""


@pytest.fixture(scope="module", params=["x86_64", "aarch64"])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "source.c").write_text(SOURCE)
    command = [sys.executable, "-m", "ziglang", "cc", "-target", f"{request.param}-linux-gnu.2.34"]
    command += ["-shared", "-fPIC", "-O2", "source.c", "-lm", "-o", "library.so"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "library.so", request.param


def test_what_a_library_asks_for(library: tuple[Path, str]) -> None:
    content, machine = library[0].read_bytes(), library[1]
    assert elf.is_elf(library[0])
    assert elf.machine(content) == machine
    assert {"libm.so.6", "libc.so.6"} <= set(elf.needed(content))
    # The current version of pow was introduced in glibc 2.29.
    assert elf.glibc(content) == (2, 29)


def test_a_packed_library_is_smaller_and_asks_for_the_same(library: tuple[Path, str]) -> None:
    content = library[0].read_bytes()
    packed = elf.packed(content)
    assert len(packed) < len(content)
    assert elf._open(packed).num_sections() == 0
    assert (elf.needed(packed), elf.glibc(packed)) == (elf.needed(content), elf.glibc(content))
    assert elf.packed(packed) == packed


def test_a_gap_between_segments_is_closed(library: tuple[Path, str]) -> None:
    """Some wheels have such a gap: their libraries were rewritten to bundle others, so a segment follows the symbols."""
    content = library[0].read_bytes()
    assert elf.packed(_with_gap(content)) == elf.packed(content)


def test_a_packed_library_still_works(library: tuple[Path, str], tmp_path: Path) -> None:
    path, machine = library
    if machine != platform.machine():
        pytest.skip(f"no {machine} here")
    (tmp_path / "packed.so").write_bytes(elf.packed(_with_gap(path.read_bytes())))
    power = ctypes.CDLL(str(tmp_path / "packed.so")).power
    power.restype, power.argtypes = ctypes.c_double, [ctypes.c_double]
    assert [power(2.0), power(2.0)] == [9.0, 17.0]


def test_what_lambda_could_not_load_is_found(
    library: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, machine = library
    targets = {target.machine: target for target in (Target(arch="x86_64"), Target(arch="arm64"))}
    target = targets.pop(machine)
    [other] = targets.values()
    (tmp_path / "lib.so").write_bytes(path.read_bytes())
    assert list(checks.foreign_libraries(tmp_path, target)) == []
    assert list(checks.foreign_libraries(tmp_path, other)) == [
        f"lib.so is for {machine}, not for {other.machine}"
    ]
    monkeypatch.setattr(checks, "GLIBC", (2, 17))
    monkeypatch.setattr(checks, "_OF_THE_SYSTEM", set(elf.needed(path.read_bytes())) - {"libm.so.6"})
    assert list(checks.foreign_libraries(tmp_path, target)) == [
        "lib.so needs libm.so.6, which is neither in Lambda's system nor in the layer",
        "lib.so needs glibc (2, 29), newer than Lambda's (2, 17)",
    ]


def _with_gap(content: bytes) -> bytes:
    """Return the same library with 1 MiB of zeros before its last segment."""
    gap = 1 << 20
    file = elf._open(content)
    last = max(segment["p_offset"] for segment in file.iter_segments("PT_LOAD"))
    result = bytearray(content[:last] + bytes(gap) + content[last:])
    for number, segment in enumerate(file.iter_segments()):
        if segment["p_offset"] >= last:
            segment.header["p_offset"] += gap
            position = file["e_phoff"] + number * file["e_phentsize"]
            result[position : position + file["e_phentsize"]] = file.structs.Elf_Phdr.build(segment.header)
    file.header["e_shoff"] += gap
    result[: file["e_ehsize"]] = file.structs.Elf_Ehdr.build(file.header)
    return bytes(result)
