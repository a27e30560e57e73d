"""Read parts of a BGZF-compressed FASTA file, by samtools' table of contigs (.fai) and bgzip's table of blocks (.gzi)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Self

from crackling.errors import InputError
from crackling.sequences.bgzf import BgzfWriter, Blocks
from crackling.sequences.fasta import LINE

if TYPE_CHECKING:
    from collections.abc import Callable


class Entry(NamedTuple):
    """The length of a contig, and the offset of its first base in the text."""

    bases: int
    offset: int

    def offset_of(self, base: int) -> int:
        """Return the offset of a base in the text."""
        return self.offset + base + base // LINE


@dataclass(frozen=True, slots=True)
class FastaIndex:
    """The tables of a FASTA file, by contig and by block."""

    contigs: dict[str, Entry] = field(default_factory=dict)
    blocks: Blocks = field(default_factory=Blocks)

    @property
    def bases(self) -> int:
        return sum(entry.bases for entry in self.contigs.values())

    def sequence(self, contig: str, start: int, end: int, read: Callable[[int, int], bytes]) -> str:
        """Read bases of a contig, 0-based half-open and within it; `read` returns bytes of the file."""
        entry = self.contigs[contig]
        text = self.blocks.read(entry.offset_of(start), entry.offset_of(end - 1) + 1, read)
        return text.replace(b"\n", b"").decode("ascii")

    def fai(self) -> bytes:
        """Return the table of contigs as samtools writes it."""
        rows = (
            f"{name}\t{entry.bases}\t{entry.offset}\t{LINE}\t{LINE + 1}\n"
            for name, entry in self.contigs.items()
        )
        return "".join(rows).encode()

    @classmethod
    def decode(cls, fai: bytes, gzi: bytes) -> Self:
        """Decode the tables that fai() and Blocks.encode() wrote."""
        rows = (line.split("\t") for line in fai.decode().splitlines())
        return cls({row[0]: Entry(int(row[1]), int(row[2])) for row in rows}, Blocks.decode(gzi))


class FastaWriter:
    """A writer of contigs, piece by piece."""

    def __init__(self, out: BinaryIO, label: str) -> None:
        self._label = label
        self._bgzf = BgzfWriter(out)
        self._contigs: dict[str, Entry] = {}
        self._name = ""
        self._line = ""  # the last line of the contig so far, which is incomplete

    def begin(self, name: str) -> None:
        """Begin a contig.

        Raises:
            InputError: another has its name.
        """
        if name in self._contigs:
            raise InputError(f"{self._label}: contig {name!r} was met before; name each contig differently")
        self._end_line()
        self._bgzf.write(f">{name}\n".encode())
        self._name = name
        self._contigs[name] = Entry(0, self._bgzf.written)

    def add(self, sequence: str) -> None:
        """Add bases of the contig, in upper case."""
        before = self._contigs[self._name]
        self._contigs[self._name] = before._replace(bases=before.bases + len(sequence))
        sequence = self._line + sequence
        whole = len(sequence) - len(sequence) % LINE
        self._bgzf.write("".join(f"{sequence[i : i + LINE]}\n" for i in range(0, whole, LINE)).encode())
        self._line = sequence[whole:]

    def finish(self) -> FastaIndex:
        self._end_line()
        return FastaIndex(self._contigs, self._bgzf.finish())

    def _end_line(self) -> None:
        if self._line:
            self._bgzf.write(f"{self._line}\n".encode())
            self._line = ""
