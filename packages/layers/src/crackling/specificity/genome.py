"""A genome in memory as the kernel reads it: contigs one behind the other, 4 bits a base."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import c_uint8
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from crackling.errors import InputError
from crackling.sequences import bad_letter, read_parts
from crackling.specificity.kernel import library

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Called with a stage's name, what is done and what there is to do (0: not known).
Progress = Callable[[str, int, int], None]

MAX_BASES = 1 << 32


@dataclass(slots=True)
class Genome:
    """Packed contigs; each is followed by at least one base that no site may contain."""

    packed: bytearray = field(default_factory=bytearray)
    contigs: list[tuple[str, int]] = field(default_factory=list)

    @property
    def length(self) -> int:
        return 2 * len(self.packed)

    @property
    def bases(self) -> int:
        return sum(bases for _, bases in self.contigs)

    def add(self, name: str, parts: Iterable[str], label: str) -> None:
        bases, odd = 0, ""
        for part in parts:
            letters = self._pack(odd + part, name, bases, label)
            odd = letters[
                len(letters) & ~1 :
            ]  # two bases a byte: a last one that is alone goes with the next part
            del self.packed[-1:]  # its byte, or what pads the contig
            bases += len(letters) - len(odd)
        self._pack(odd, name, bases, label)
        self.contigs.append((name, bases + len(odd)))
        if self.length > MAX_BASES:
            raise InputError(
                f"{label}: the genome has more than {MAX_BASES:,} bases; index its parts one by one"
            )

    def _pack(self, letters: str, name: str, before: int, label: str) -> str:
        """Append bases, padded; `before` them the contig has so many. Returns them without white space."""
        encoded = letters.encode("ascii", "replace")  # what is not ASCII becomes '?', no nucleotide either
        if not encoded.isalpha():
            letters = "".join(letters.split())
            encoded = letters.encode("ascii", "replace")
        room = (c_uint8 * (len(encoded) // 2 + 1))()
        bases = library().pack(encoded, len(encoded), room)
        if bases < 0:
            raise bad_letter(label, name, before - 1 - bases, letters[-1 - bases])
        self.packed += memoryview(room)
        return letters


def contig_starts(contigs: Iterable[tuple[str, int]]) -> list[int]:
    """The place of each contig's first base in a packed genome, and the place behind the last."""
    return list(accumulate((2 * (bases // 2 + 1) for _, bases in contigs), initial=0))


def read_genome(sources: Sequence[Path | BinaryIO], tell: Progress) -> Genome:
    genome = Genome()
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
            genome.add(name, parts, label)
            tell("reading", genome.bases, 0)
    return genome
