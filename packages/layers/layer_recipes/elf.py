"""Read what a shared library requires of its machine, and drop its symbol table.

Everything is read from the segments, as the dynamic loader does, because a packed library has no sections.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from elftools.common.utils import struct_parse
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MACHINES: Final = {"EM_X86_64": "x86_64", "EM_AARCH64": "aarch64"}


def is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def machine(library: bytes) -> str:
    """Return the processor, as `uname -m` names it."""
    return _MACHINES[_open(library)["e_machine"]]


def needed(library: bytes) -> list[str]:
    """Return the file names of the libraries that it loads."""
    dynamic = _dynamic(_open(library))
    tags = dynamic.iter_tags("DT_NEEDED") if dynamic else ()
    return [tag.needed for tag in tags]  # type: ignore[attr-defined]


def glibc(library: bytes) -> tuple[int, int]:
    """Return the newest glibc version whose symbols the library uses; (0, 0) if it uses none."""
    found = (re.fullmatch(r"GLIBC_(\d+)\.(\d+)(\.\d+)?", name) for name in _versions(_open(library)))
    return max(((int(version[1]), int(version[2])) for version in found if version), default=(0, 0))


def packed(library: bytes) -> bytes:
    """Return the library with only what the loader maps: without sections (symbols, debugging) and gaps between segments.

    This is what strip does, but it works for every processor on any machine and always gives the same bytes. The loader
    requires that a segment's offset equals its address modulo its alignment; within a segment, only addresses are used.
    """
    file = _open(library)
    loads = sorted(
        (segment.header for segment in file.iter_segments("PT_LOAD")), key=lambda header: header["p_offset"]
    )
    result, moved = bytearray(), []
    for load in loads:
        result.extend(bytes((load["p_offset"] - len(result)) % load["p_align"]))
        moved.append((load["p_offset"], len(result)))
        result += library[load["p_offset"] : load["p_offset"] + load["p_filesz"]]

    def place(offset: int) -> int:
        # Later segments move further, so the minimum is the new position within the segment that contains the offset.
        return min((offset - old + new for old, new in moved if old <= offset), default=offset)

    table = place(file["e_phoff"])
    for number, segment in enumerate(file.iter_segments()):
        segment.header["p_offset"] = place(segment["p_offset"])
        position = table + number * file["e_phentsize"]
        result[position : position + file["e_phentsize"]] = file.structs.Elf_Phdr.build(segment.header)
    file.header.update({"e_phoff": table, "e_shoff": 0, "e_shnum": 0, "e_shstrndx": 0})
    result[: file["e_ehsize"]] = file.structs.Elf_Ehdr.build(file.header)
    return bytes(result)


def _open(library: bytes) -> ELFFile:
    return ELFFile(io.BytesIO(library))


def _dynamic(file: ELFFile) -> DynamicSegment | None:
    return next((segment for segment in file.iter_segments() if isinstance(segment, DynamicSegment)), None)


def _versions(file: ELFFile) -> Iterator[str]:
    """Yield the symbol versions that it needs from other libraries, such as GLIBC_2.17.

    They form a linked list of linked lists: one entry per library, each with a list of versions.
    """
    dynamic = _dynamic(file)
    _, need_at = dynamic.get_table_offset("DT_VERNEED") if dynamic else (None, None)
    while dynamic and need_at is not None:
        need = struct_parse(file.structs.Elf_Verneed, file.stream, need_at)
        name_at = need_at + need["vn_aux"]
        for _ in range(need["vn_cnt"]):
            name = struct_parse(file.structs.Elf_Vernaux, file.stream, name_at)
            yield dynamic._get_stringtable().get_string(name["vna_name"])  # noqa: SLF001 (its only way there)
            name_at += name["vna_next"]
        need_at = need_at + need["vn_next"] if need["vn_next"] else None
