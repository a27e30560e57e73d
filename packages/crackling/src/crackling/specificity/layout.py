"""Read and write the index file: a header of 512 bytes, then sections. Little-endian throughout; memory-mapped as it is.

header   magic (8), version, prefix_nt, suffix_nt, flags (4 each), contigs, bases, sites, distinct sites (8 each),
         number of the shard, number of shards (4 each), id of the set (16),
         then for each section: offset, length (8 each), CRC-32 (4), unused (4); zeros; CRC-32 of all before (4)
sections in the order of `Section`; each begins at a multiple of 8, and its checksum covers its padding
"""

from __future__ import annotations

import enum
import hashlib
import json
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from isal import isal_zlib

from crackling.errors import IndexFileError
from crackling.specificity.plan import MAX_KEY_NT, MIN_KEY_NT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Buffer

MAGIC = b"\x89ISSL\r\n\x1a"
VERSION = 2
HEADER_BYTES = 512
_FIXED = struct.Struct("<8sIIIIQQQQII16s")
_SECTION = struct.Struct("<QQII")
_CHECKSUM = struct.Struct("<I")
_COMPATIBLE_FLAG = 1


class Section(enum.IntEnum):
    CONTIGS = 0  # JSON: [[name, bases, start], ...]
    OCCURRENCES = 1  # 5 bytes each, in the order of the prefix list: position (4), flags (1)
    OCCURRENCE_DIRECTORY = 2  # 4^prefix_nt + 1 numbers of 4 bytes
    PREFIX_DIRECTORY = 3
    PREFIX_ENTRIES = 4  # 4 bytes each
    SUFFIX_DIRECTORY = 5
    SUFFIX_ENTRIES = 6
    OVERFLOW = 7  # site (8), NGG and NAG occurrences (4 each)


# What a list of off-targets needs beyond scoring.
POSITION_SECTIONS = frozenset({Section.OCCURRENCES, Section.OCCURRENCE_DIRECTORY})
# Nearly all of a file; listing the off-targets of one guide reads only a little of it.
LIST_SECTIONS = frozenset({Section.OCCURRENCES, Section.PREFIX_ENTRIES, Section.SUFFIX_ENTRIES})


class Range(NamedTuple):
    """Bytes of a file, the end exclusive."""

    start: int
    end: int


class Piece(NamedTuple):
    """Consecutive bases of a contig, from its 0-based base `start`: all of it, or what a shard has of it."""

    name: str
    bases: int
    start: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """The offset, length and checksum of a section."""

    offset: int
    length: int
    checksum: int

    @property
    def padded_end(self) -> int:
        return self.offset + -(-self.length // 8) * 8


@dataclass(frozen=True, slots=True)
class Header:
    """`contigs` begin in this shard, and `bases` leaves out what the next shard has too: both add up over a set."""

    prefix_nt: int
    suffix_nt: int
    compatible: bool
    contigs: int
    bases: int
    sites: int
    distinct_sites: int
    spans: Mapping[Section, Span]
    shard: int = 1  # from 1
    shards: int = 1
    set_id: bytes = bytes(16)  # the same in all shards of a genome, and in no other's

    @property
    def file_bytes(self) -> int:
        return max(span.padded_end for span in self.spans.values())

    def ranges(self, without: Collection[Section]) -> list[Range]:
        """Return the ranges of the header and the sections except some; neighbours are one range."""
        ranges = [Range(0, HEADER_BYTES)]
        for span in (self.spans[section] for section in Section if section not in without):
            if span.offset == ranges[-1].end:
                ranges[-1] = Range(ranges[-1].start, span.padded_end)
            else:
                ranges.append(Range(span.offset, span.padded_end))
        return ranges

    def encode(self) -> bytes:
        flags = _COMPATIBLE_FLAG if self.compatible else 0
        head = _FIXED.pack(
            MAGIC,
            VERSION,
            self.prefix_nt,
            self.suffix_nt,
            flags,
            self.contigs,
            self.bases,
            self.sites,
            self.distinct_sites,
            self.shard,
            self.shards,
            self.set_id,
        )
        for section in Section:
            span = self.spans[section]
            head += _SECTION.pack(span.offset, span.length, span.checksum, 0)
        head = head.ljust(HEADER_BYTES - _CHECKSUM.size, b"\0")
        return head + _CHECKSUM.pack(isal_zlib.crc32(head))

    @classmethod
    def decode(cls, head: bytes, label: str) -> Header:
        """Parse the first 512 bytes of an index.

        Raises:
            IndexFileError: not an index, of another version, or damaged.
        """
        if not head.startswith(MAGIC):
            raise IndexFileError(f"{label}: is no Crackling index; make one with 'crackling index'")
        if len(head) < HEADER_BYTES:
            raise IndexFileError(f"{label}: the index is cut short; build or download it again")
        _, version, prefix_nt, suffix_nt, flags, contigs, bases, sites, distinct, *membership = (
            _FIXED.unpack_from(head)
        )
        if version != VERSION:
            raise IndexFileError(
                f"{label}: an index of version {version}, this program reads {VERSION}; make it again"
            )
        if isal_zlib.crc32(head[: -_CHECKSUM.size]) != _CHECKSUM.unpack(head[-_CHECKSUM.size :])[0]:
            raise damaged(label)
        if not all(MIN_KEY_NT <= key_nt <= MAX_KEY_NT for key_nt in (prefix_nt, suffix_nt)):
            raise damaged(label)  # before anything of 4^key_nt elements is allocated
        shard, shards, set_id = membership
        if not 1 <= shard <= shards:
            raise damaged(label)
        rows = [_SECTION.unpack_from(head, _FIXED.size + _SECTION.size * section)[:3] for section in Section]
        spans = {section: Span(*row) for section, row in zip(Section, rows, strict=True)}
        compatible = bool(flags & _COMPATIBLE_FLAG)
        numbers = prefix_nt, suffix_nt, compatible, contigs, bases, sites, distinct
        return cls(*numbers, spans, shard, shards, set_id)


def sealed(headers: Sequence[Header]) -> list[Header]:
    """Return the headers of a genome's shards with number and set. The same genome gives the same id."""
    digest = hashlib.blake2b(b"".join(header.encode() for header in headers), digest_size=16).digest()
    return [
        replace(header, shard=number, shards=len(headers), set_id=digest)
        for number, header in enumerate(headers, start=1)
    ]


def file_digest(path: Path) -> str:
    """Return a digest that identifies the contents of an index file.

    It is that of its header, which has the checksums of all sections, and the id of the set and the number of the shard.
    """
    with path.open("rb") as file:
        return hashlib.blake2b(file.read(HEADER_BYTES), digest_size=16).hexdigest()


def encode_contigs(pieces: Sequence[Piece]) -> bytes:
    return json.dumps(pieces).encode()


def decode_contigs(contents: bytes, label: str) -> list[Piece]:
    """Decode what encode_contigs() wrote.

    Raises:
        IndexFileError: it holds something else.
    """
    try:
        pieces = [Piece(name, bases, start) for name, bases, start in json.loads(contents)]
    except (ValueError, TypeError, RecursionError):
        raise damaged(label) from None
    for name, *numbers in pieces:
        if not (isinstance(name, str) and all(isinstance(number, int) and number >= 0 for number in numbers)):
            raise damaged(label)
    return pieces


def damaged(label: str) -> IndexFileError:
    return IndexFileError(
        f"{label}: the index is damaged (a checksum does not match); build or download it again"
    )


class Writer:
    """A writer of an index, section by section in the order of `Section`, to a file that is at its start."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._file.seek(HEADER_BYTES)
        self._spans: dict[Section, Span] = {}

    def add(self, section: Section, *parts: Buffer) -> None:
        """Append a section whole."""
        self.begin(section)
        for part in parts:
            self.append(part)
        self.end()

    def begin(self, section: Section) -> None:
        self._section, self._start, self._length, self._checksum = section, self._file.tell(), 0, 0

    def append(self, part: Buffer) -> None:
        """Append a part of the section that was begun."""
        self._file.write(part)
        self._length += memoryview(part).nbytes
        self._checksum = isal_zlib.crc32(part, self._checksum)

    def end(self) -> None:
        """Pad the section that was begun."""
        length = self._length
        self.append(bytes(-length % 8))
        self._spans[self._section] = Span(self._start, length, self._checksum)

    @property
    def spans(self) -> Mapping[Section, Span]:
        return self._spans


def write_header(file: BinaryIO, header: Header) -> None:
    """Write the header before the sections that a Writer wrote; a file without it is no index."""
    file.seek(0)
    file.write(header.encode())
