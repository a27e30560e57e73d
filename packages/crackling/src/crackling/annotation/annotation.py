"""An annotation in memory: what stands at a place, found by bisection; and its prepared form, which loads at once.

The prepared form is little-endian: the magic, the length of a JSON header, the header, then numbers of 4 bytes: the standings'
ends and members, for each contig the starts of its segments and their labels, and the columns of the genes' extents, which
older ones lack.
"""

from __future__ import annotations

import json
import sys
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from crackling.annotation.extents import Extents, alias_table, extents
from crackling.annotation.gff import GffReader
from crackling.annotation.locus import UNKNOWN, Feature, Locus
from crackling.annotation.segments import Standings, Track, segments
from crackling.errors import InputError
from crackling.sequences.files import readable

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

MAGIC = b"CRKGENE1"
_INTERGENIC = Locus(None, Feature.INTERGENIC.label)


class Position(NamedTuple):
    """A place in the genome, 0-based half-open."""

    contig: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """The genes of a genome. Read it with read_annotation()."""

    genes: Sequence[str]
    standings: Standings
    tracks: Mapping[str, Track]
    extents: Extents | None = None  # unknown where it was prepared before they were kept
    aliases: Mapping[str, Sequence[int]] = field(
        default_factory=dict
    )  # other names, of the genes with these numbers

    def at(self, *places: Position) -> Locus:
        """What stands at places: the genes, those first that they are more in, and the least feature of all.

        Unknown without places, or where no place is on a contig of the annotation.
        """
        known = [place for place in places if place.contig in self.tracks]
        if not known:
            return UNKNOWN
        found: dict[str, Feature] = {}
        for place in known:
            for gene, feature in self._standing(place):
                name = self.genes[gene]
                found[name] = min(feature, found.get(name, feature))
        if not found:
            return _INTERGENIC
        ordered = sorted(found, key=lambda name: (found[name], name))
        return Locus("; ".join(ordered), min(found.values()).label)

    def _standing(self, place: Position) -> Iterable[tuple[int, Feature]]:
        starts, labels = self.tracks[place.contig]
        segment = bisect_right(starts, place.start) - 1
        while segment < len(starts) and starts[segment] < place.end:
            yield from self.standings.of(labels[segment])
            segment += 1

    def write(self, stream: BinaryIO) -> None:
        """The prepared form."""
        header = {
            "genes": self.genes,
            "standings": [len(column) for column in self.standings],
            "contigs": [[name, len(track.starts)] for name, track in self.tracks.items()],
            "aliases": self.aliases,
            "extents": len(self.extents.genes) if self.extents else None,
        }
        packed = json.dumps(header, separators=(",", ":")).encode()
        stream.write(MAGIC + len(packed).to_bytes(8, "little") + packed)
        columns = chain(self.standings, *self.tracks.values(), self.extents or ())
        stream.writelines(_little_endian(column).tobytes() for column in columns)


def read_annotation(source: str | Path, contigs: Container[str] | None = None) -> Annotation:
    """Read the genes of a genome from a file: GFF3, plain or compressed, or the prepared form.

    Args:
        source: the file.
        contigs: names of the genome's contigs; the annotation must know at least one.

    Raises:
        InputError: not GFF3, or of another genome.
        StorageError: the file cannot be read.
    """
    with readable(Path(source)) as stream:
        is_prepared = stream.read(len(MAGIC)) == MAGIC
        stream.seek(0)
        if is_prepared:
            return read_prepared(stream)
        return read_gff(stream, str(source), contigs)


def read_gff(stream: BinaryIO, label: str, genome: Container[str] | None = None) -> Annotation:
    """read_annotation() of GFF3 from a stream; `label` is what messages call it."""
    reader = GffReader(label)
    reader.read(stream)
    genes = list(reader.genes())
    names, standings, tracks = segments(genes, len(reader.contigs))
    if not names:
        raise InputError(f"{label}: holds no genes; give the GFF3 file of the genome's genes")
    if genome is not None and not any(contig in genome for contig in reader.contigs):
        named = next(iter(reader.contigs))
        raise InputError(
            f"{label}: names none of the genome's contigs (it has {named!r}, for example); give the GFF3 file of this genome"
        )
    by_contig = dict(zip(reader.contigs, tracks, strict=True))
    return Annotation(names, standings, by_contig, extents(genes), alias_table(genes))


def read_prepared(stream: BinaryIO) -> Annotation:
    """What write() wrote."""
    assert stream.read(len(MAGIC)) == MAGIC, "not a prepared annotation"
    header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
    standings = Standings(*(_read_column(stream, count) for count in header["standings"]))
    tracks = {
        name: Track(_read_column(stream, count), _read_column(stream, count))
        for name, count in header["contigs"]
    }
    rows = header.get("extents")
    places = None if rows is None else Extents(*(_read_column(stream, rows) for _ in Extents._fields))
    return Annotation(header["genes"], standings, tracks, places, header.get("aliases", {}))


def _read_column(stream: BinaryIO, count: int) -> array[int]:
    column = array("I")
    column.frombytes(stream.read(count * column.itemsize))
    return _little_endian(column)


def _little_endian(column: array[int]) -> array[int]:
    if sys.byteorder == "little":
        return column
    swapped = array("I", column)
    swapped.byteswap()
    return swapped
