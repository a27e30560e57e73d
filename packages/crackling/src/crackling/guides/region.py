"""Read a part of the genome as the query: named by its coordinates or by a gene."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from crackling.annotation.annotation import Position
from crackling.annotation.gene_lookup import find_gene, has_gene, one_based
from crackling.errors import InputError
from crackling.sequences.fasta import Contig, as_fasta, normalise, read_pieces
from crackling.sequences.files import open_for_reading

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crackling.annotation.annotation import Annotation

MAX_LETTERS = 200  # of a region's text
_DASHES = "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
_BASE = r"(\d[\d,]*)"
# Only the last colon separates: some names of contigs contain colons.
_COORDINATES = re.compile(rf"(\S+)\s*:\s*{_BASE}\s*(?:[-{_DASHES}]|\.\.)\s*{_BASE}")
_COLUMNS = re.compile(rf"(\S+)\t{_BASE}\t{_BASE}")  # as copied from a table
_FEW = 5  # names in a message


class Region(NamedTuple):
    """A part of the genome on its forward strand, and its name."""

    name: str
    position: Position

    def fasta(self, sequence: str) -> str:
        """Return the region as a query whose header tells its location."""
        return as_fasta([Contig(f"{self.contig(sequence).name} {one_based(self.position)}", sequence)])

    def contig(self, sequence: str) -> Contig:
        """Return the region as a contig: what a reader of fasta() gets."""
        return Contig("_".join(self.name.split()), sequence)


def parse_region(text: str) -> Position | str:
    """Parse coordinates (CONTIG:START-END, counted from 1, end included), or else the name of a gene.

    Raises:
        InputError: it is neither.
    """
    text = text.strip()
    columns = _COLUMNS.fullmatch(text)
    text = text.replace("\t", " ")
    if not text or len(text) > MAX_LETTERS or not text.isprintable():
        raise InputError(
            f"the region: is {'empty' if not text else 'no name'}; give a gene's name, or CONTIG:START-END"
        )
    if (found := columns or _COORDINATES.fullmatch(text)) is None:
        return text
    first, last = (int(number.replace(",", "")) for number in found.groups()[1:])
    if not 1 <= first <= last:
        raise InputError(
            f"{text}: bases are counted from 1, and the last is not before the first; give CONTIG:START-END"
        )
    return Position(found[1], first - 1, last)


def locate(text: str, contigs: Mapping[str, int], annotation: Annotation | None) -> Region:
    """Return the region that a text names in a genome with these contigs and their lengths.

    It is a part of a contig, a gene, or else a whole contig.

    Raises:
        InputError: there is none.
    """
    asked = parse_region(text)
    if isinstance(asked, Position) and asked.contig in contigs:
        region = Region(one_based(asked), asked)
    else:
        region = _named(text.strip(), asked, contigs, annotation)
    _check(region.position, contigs)
    return region


def _named(
    text: str, asked: Position | str, contigs: Mapping[str, int], annotation: Annotation | None
) -> Region:
    """Return the region that has this name. The name of a gene or a contig may look like coordinates."""
    if annotation is not None and has_gene(annotation, text):
        return Region(*find_gene(annotation, text))
    if text in contigs:
        return Region(text, Position(text, 0, contigs[text]))
    if isinstance(asked, Position):
        return Region(one_based(asked), asked)
    contig, colon, _ = text.rpartition(":")
    if colon and contig.strip() in contigs:
        raise InputError(f"{asked}: tells no first and last base of {contig.strip()}; give CONTIG:START-END")
    if annotation is None:
        raise InputError(f"{asked}: the genome has no annotation to find a gene in; give CONTIG:START-END")
    return Region(*find_gene(annotation, asked))


def read_region(source: Path, position: Position) -> str:
    """Read the bases of a region from a FASTA file, plain or compressed, which is read up to their end.

    Raises:
        InputError: it is not FASTA, not DNA, or has no such bases.
        StorageError: it cannot be read.
    """
    label, before, found = str(source), 0, []
    with open_for_reading(source) as stream:
        for name, piece in read_pieces(stream, label):
            if name != position.contig or before >= position.end:
                if before:
                    break
                continue
            sequence = normalise(Contig(name, piece), label, before).sequence
            found.append(sequence[max(0, position.start - before) : max(0, position.end - before)])
            before += len(sequence)
    if before < position.end:
        raise InputError(
            f"{label}: has no {one_based(position)}; give the FASTA that the index was made from"
        )
    return "".join(found)


def _check(position: Position, contigs: Mapping[str, int]) -> None:
    bases = contigs.get(position.contig)
    if bases is None:
        few = ", ".join(islice(contigs, _FEW))
        more = f" and {len(contigs) - _FEW:,} more" if len(contigs) > _FEW else ""
        raise InputError(
            f"{one_based(position)}: the genome has no contig {position.contig}; it has {few}{more}"
        )
    if position.end > bases:
        raise InputError(f"{one_based(position)}: the contig has {bases:,} bases; end there or before")
