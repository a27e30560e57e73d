"""Find what is at a location, by bisection in an annotation in memory; write and read its prepared form, which loads at once.

The prepared form is little-endian: the magic, the length of a JSON header, the header, then numbers of 4 bytes: the ends and
members of the feature sets, for each contig the starts of its segments and the numbers of their feature sets, and the columns
of the genes' extents, which the oldest files lack; then the aliases as JSON, which older files have in the header.
"""

from __future__ import annotations

import json
import sys
from array import array
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from crackling.annotation.extents import Extents, LocationsAndAliases
from crackling.annotation.fit import fit
from crackling.annotation.gff import GffReader
from crackling.annotation.locus import UNKNOWN, Feature, Locus
from crackling.annotation.segments import FeatureSets, Track, segments
from crackling.errors import InputError
from crackling.sequences.files import open_for_reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAGIC = b"CRKGENE2"
_OLDER_MAGIC = b"CRKGENE1"  # of gene models that differ: see decision 0077
_INTERGENIC = Locus(None, Feature.INTERGENIC.label)


class Position(NamedTuple):
    """Consecutive bases of a genome, 0-based half-open."""

    contig: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """The genes of a genome. Read it with read_annotation().

    Attributes:
        genes: the name of each gene.
        feature_sets: the combinations of genes and features that segments have.
        tracks: the segments of each contig.
        extents: where each gene lies as a whole; None in a file that was prepared before extents were stored.
        aliases: other names of genes, each with the numbers of the genes that have it.
    """

    genes: Sequence[str]
    feature_sets: FeatureSets
    tracks: Mapping[str, Track]
    extents: Extents | None = None
    aliases: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def at(self, *positions: Position) -> Locus:
        """Return the genes at the positions, ordered by their least feature, and the least feature of all.

        The locus is unknown if no position is given, or none is on a contig of the annotation.
        """
        known = [position for position in positions if position.contig in self.tracks]
        if not known:
            return UNKNOWN
        found: dict[str, Feature] = {}
        for position in known:
            for gene, feature in self._features_at(position):
                name = self.genes[gene]
                found[name] = min(feature, found.get(name, feature))
        if not found:
            return _INTERGENIC
        ordered = sorted(filter(None, found), key=lambda name: (found[name], name))
        return Locus("; ".join(ordered) or None, min(found.values()).label)

    def _features_at(self, position: Position) -> Iterable[tuple[int, Feature]]:
        starts, sets = self.tracks[position.contig]
        segment = bisect_right(starts, position.start) - 1
        while segment < len(starts) and starts[segment] < position.end:
            yield from self.feature_sets.features(sets[segment])
            segment += 1

    def write(self, stream: BinaryIO) -> None:
        """Write the prepared form."""
        header = {
            "genes": self.genes,
            "feature_sets": [len(column) for column in self.feature_sets],
            "contigs": [[name, len(track.starts)] for name, track in self.tracks.items()],
            "extents": len(self.extents.genes) if self.extents else None,
        }
        packed = _packed(header)
        stream.write(MAGIC + len(packed).to_bytes(8, "little") + packed)
        columns = chain(self.feature_sets, *self.tracks.values(), self.extents or ())
        stream.writelines(_little_endian(column).tobytes() for column in columns)
        stream.write(_packed(dict(self.aliases)))


class StoredAliases(Mapping[str, "Sequence[int]"]):
    """The aliases of a prepared file. They are decoded at the first request, because most look-ups need none."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    @cached_property
    def _decoded(self) -> dict[str, list[int]]:
        decoded: dict[str, list[int]] = json.loads(self._packed)
        return decoded

    def __getitem__(self, alias: str) -> Sequence[int]:
        return self._decoded[alias]

    def __iter__(self) -> Iterator[str]:
        return iter(self._decoded)

    def __len__(self) -> int:
        return len(self._decoded)


def read_annotation(source: str | Path, contigs: Mapping[str, int] | None = None) -> Annotation:
    """Read the genes of a genome from a file: GFF3 or GTF, plain or compressed, or the prepared form.

    Args:
        source: the file.
        contigs: the bases of each contig of the genome, which the annotation must fit.

    Raises:
        InputError: the file is neither GFF3 nor GTF, or is of another genome.
        StorageError: the file cannot be read.
    """
    with open_for_reading(Path(source)) as stream:
        is_prepared = stream.read(len(MAGIC)) in (MAGIC, _OLDER_MAGIC)
        stream.seek(0)
        if is_prepared:
            return read_prepared(stream)
        return read_gff(stream, str(source), contigs)


def read_gff(stream: BinaryIO, label: str, contigs: Mapping[str, int] | None = None) -> Annotation:
    """Read GFF3 or GTF from a stream, as read_annotation() does; messages call the stream `label`."""
    reader = GffReader(label)
    reader.read(stream)
    noted = LocationsAndAliases()
    genes = noted.passing(fit(reader.genes(), reader, contigs))
    names, feature_sets, tracks = segments(genes, len(reader.contigs))
    if not names:
        raise InputError(f"{label}: contains no genes; give the GFF3 file of the genome's genes")
    by_contig = dict(zip(reader.contigs, tracks, strict=True))
    return Annotation(names, feature_sets, by_contig, noted.extents, dict(noted.aliases))


def read_prepared(stream: BinaryIO) -> Annotation:
    """Read a file that Annotation.write() wrote, in this version or an earlier one."""
    magic = stream.read(len(MAGIC))
    assert magic in (MAGIC, _OLDER_MAGIC), "not a prepared annotation"
    header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
    feature_sets = FeatureSets(*(_read_column(stream, count) for count in header["feature_sets"]))
    tracks = {
        name: Track(_read_column(stream, count), _read_column(stream, count))
        for name, count in header["contigs"]
    }
    rows = header.get("extents")
    stored = None if rows is None else Extents(*(_read_column(stream, rows) for _ in Extents._fields))
    aliases = StoredAliases(stream.read()) if magic == MAGIC else header.get("aliases", {})
    return Annotation(header["genes"], feature_sets, tracks, stored, aliases)


def is_current(path: Path) -> bool:
    """Return whether a prepared file was written by this version."""
    with open_for_reading(path) as stream:
        return stream.read(len(MAGIC)) == MAGIC


def _packed(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


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
