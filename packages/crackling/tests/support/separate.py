"""Copy each section of an open index to memory of its own.

In a mapped file one section follows the other, so that reading a little past the end of one goes unnoticed. From memory of
its own the address sanitizer notices.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from crackling.specificity.kernel import Lists, Overflow
from crackling.specificity.layout import Section

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from crackling.specificity import Index

# Smaller objects are in the interpreter's arenas, where the sanitizer cannot see their ends.
SEEN_BYTES = 1024
_FIELDS: dict[str, tuple[Section, type[ctypes.c_uint32 | Overflow]]] = {
    "prefix_directory": (Section.PREFIX_DIRECTORY, ctypes.c_uint32),
    "prefix_entries": (Section.PREFIX_ENTRIES, ctypes.c_uint32),
    "suffix_directory": (Section.SUFFIX_DIRECTORY, ctypes.c_uint32),
    "suffix_entries": (Section.SUFFIX_ENTRIES, ctypes.c_uint32),
    "overflow": (Section.OVERFLOW, Overflow),
    "occurrence_directory": (Section.OCCURRENCE_DIRECTORY, ctypes.c_uint32),
}


def in_own_memory(contents: Buffer, kind: type[ctypes.c_uint32 | Overflow]) -> object:
    """Return a pointer to a copy that ends where its memory ends; the pointer keeps the copy alive."""
    length = memoryview(contents).nbytes
    room = (ctypes.c_char * max(length, SEEN_BYTES))()
    copy = (ctypes.c_char * length).from_buffer(room, len(room) - length)
    ctypes.memmove(copy, bytes(contents), length)
    return ctypes.cast(copy, ctypes.POINTER(kind))


def separate_sections(index: Index) -> None:
    """Let the index search copies of its sections, which its lists keep alive."""
    for shard in index.shards:
        lists = Lists.from_buffer_copy(shard.lists)
        for field, (section, kind) in _FIELDS.items():
            setattr(lists, field, in_own_memory(shard.section(section), kind))
        shard._lists = lists
