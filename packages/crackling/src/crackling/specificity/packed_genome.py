"""Pack a genome, or a shard of it, for the kernel: contigs one after the other, 4 bits a base."""

from __future__ import annotations

from bisect import bisect_right
from ctypes import c_uint8
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from crackling.errors import InputError
from crackling.guides.sites import SITE_NT
from crackling.sequences.fasta import bad_letter, read_parts
from crackling.specificity.kernel import library
from crackling.specificity.layout import Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crackling.sequences.progress import Progress

MAX_POSITIONS = 1 << 32  # of a shard: positions have 32 bits
OVERLAP = SITE_NT - 1  # bases after a cut, so that windows that begin before it are complete


@dataclass(slots=True)
class PackedGenome:
    """A shard's packed contigs; each is followed by at least one base that no site may contain."""

    packed: bytearray = field(default_factory=bytearray)
    pieces: list[Piece] = field(default_factory=list)
    bases: int = 0  # of the pieces, without those that the next shard also has

    @property
    def length(self) -> int:
        return 2 * len(self.packed)

    def room(self, shard_bases: int) -> int:
        """Return how many bases still fit; an overlap fits besides."""
        padding = 2
        return max(0, min(shard_bases - self.bases, MAX_POSITIONS - self.length - OVERLAP - padding))

    def add(self, name: str, parts: Iterable[str], label: str, start: int = 0, overlap: int = 0) -> None:
        """Append a contig, or a piece that begins at its base `start` and has `overlap` bases that are the next piece's."""
        bases, odd = 0, ""
        for part in parts:
            letters = self._pack(odd + part, name, start + bases, label)
            odd = letters[
                len(letters) & ~1 :
            ]  # two bases a byte: an odd last base is packed with the next part
            del self.packed[-1:]  # the byte of the odd base, or the padding of the contig
            bases += len(letters) - len(odd)
        self._pack(odd, name, start + bases, label)
        self.pieces.append(Piece(name, bases + len(odd), start))
        self.bases += bases + len(odd) - overlap

    def free(self) -> None:
        """Free the memory of the sequence."""
        self.packed = bytearray()

    def _pack(self, letters: str, name: str, before: int, label: str) -> str:
        """Append bases, padded, and return them without white space. The contig has `before` bases already."""
        encoded = letters.encode("ascii", "replace")  # what is not ASCII becomes '?', which is no nucleotide
        if not encoded.isalpha():
            letters = "".join(letters.split())
            encoded = letters.encode("ascii", "replace")
        room = (c_uint8 * (len(encoded) // 2 + 1))()
        bases = library().pack(encoded, len(encoded), room)
        if bases < 0:
            raise bad_letter(label, name, before - 1 - bases, letters[-1 - bases])
        self.packed += memoryview(room)
        return letters


def contig_starts(pieces: Iterable[Piece]) -> list[int]:
    """Return the position of each piece's first base in a packed genome, and the one after the last base."""
    return list(accumulate((2 * (piece.bases // 2 + 1) for piece in pieces), initial=0))


def read_shards(
    sources: Sequence[Path | BinaryIO], report: Progress, shard_bases: int = MAX_POSITIONS
) -> Iterator[PackedGenome]:
    """Read a genome in shards of that many bases, or of fewer at its end or where positions run out.

    A contig that does not fit in the rest of a shard goes on in the next. Each window begins in one of them and is whole there.

    Raises:
        InputError: a source is not FASTA or not DNA, or two contigs have one name.
        StorageError: a source cannot be read.
    """
    shard, before = PackedGenome(), 0
    for name, parts, label in _contigs(sources):
        rest, start = _Letters(parts), 0
        while True:
            if not (room := shard.room(shard_bases)):
                before += shard.bases
                report("reading", before, 0)
                yield shard
                shard = PackedGenome()
            elif rest.fit(room):
                shard.add(name, rest.parts, label, start)
                break
            else:
                taken = rest.take(room)
                following = rest.first(OVERLAP)
                if rest.fit(OVERLAP):  # no window begins there: the contig ends here
                    shard.add(name, [*taken, following], label, start)
                    break
                shard.add(name, [*taken, following], label, start, OVERLAP)
                start += room
        report("reading", before + shard.bases, 0)
    yield shard


def _contigs(sources: Sequence[Path | BinaryIO]) -> Iterator[tuple[str, list[str], str]]:
    """Yield the name of each contig, the parts of its sequence, and a label of its origin for messages."""
    seen: dict[str, str] = {}
    for source in sources:
        label = str(source) if isinstance(source, Path) else "standard input"
        for name, parts in read_parts(source, label):
            if name in seen:
                raise InputError(
                    f"{label}: contig {name!r} was met before (in {seen[name]}); "
                    "name each file once and each contig differently"
                )
            seen[name] = label
            yield name, parts, label


class _Letters:
    """The letters of a contig in parts, which are removed from the front. White space is dropped only if a part must be cut."""

    def __init__(self, parts: list[str]) -> None:
        self.parts = parts
        self._bare = False

    def fit(self, bases: int) -> bool:
        """Return whether there are at most that many bases."""
        if sum(map(len, self.parts)) > bases and not self._bare:
            self.parts = ["".join(part.split()) for part in self.parts]
            self._bare = True
        return sum(map(len, self.parts)) <= bases

    def take(self, bases: int) -> list[str]:
        """Remove that many bases from the front, of which there are more, and return their parts."""
        ends = list(accumulate(map(len, self.parts)))
        last = bisect_right(ends, bases)
        cut = bases - (ends[last - 1] if last else 0)
        taken = [*self.parts[:last], self.parts[last][:cut]]
        self.parts = [self.parts[last][cut:], *self.parts[last + 1 :]]
        return taken

    def first(self, bases: int) -> str:
        """Return that many bases from the front, or all if there are fewer, without removing them."""
        found = ""
        for part in self.parts:
            found += part[: bases - len(found)]
        return found
