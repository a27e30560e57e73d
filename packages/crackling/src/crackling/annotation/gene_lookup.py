"""Find a gene by its name: its symbol, its locus tag, or another name that its annotation gives it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from crackling.annotation.annotation import Position
from crackling.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crackling.annotation.annotation import Annotation

_FEW = 5  # names in a message


class GeneLocation(NamedTuple):
    """A gene's name as the annotation spells it, and the position of the whole gene."""

    name: str
    position: Position


def has_gene(annotation: Annotation, name: str) -> bool:
    """Return whether a gene has exactly this name."""
    return name in annotation.genes or name in annotation.aliases


def find_gene(annotation: Annotation, name: str) -> GeneLocation:
    """Return the one gene of this name. Upper and lower case differ only where nothing else tells genes apart.

    Raises:
        InputError: no gene has the name, several have it, it is put together from several locations, or the annotation has no
            positions of genes.
    """
    if annotation.extents is None:
        raise InputError(
            f"{name}: the genome was prepared by a version that did not store the positions of genes; "
            "give CONTIG:START-END"
        )
    numbers = _called(annotation, name)
    found = sorted(set(_locations(annotation, numbers)))
    if not found:
        raise _unknown(annotation, name)
    if len(numbers) == 1 and len(found) > 1:
        at = ", ".join(one_based(gene.position) for gene in found[:_FEW])
        raise InputError(
            f"{name}: is one gene in {len(found):,} locations: {at}{_more(found)}; give the location of one of them"
        )
    if len(found) > 1:
        named = ", ".join(f"{gene.name} at {one_based(gene.position)}" for gene in found[:_FEW])
        raise InputError(
            f"{name}: is the name of several genes: {named}{_more(found)}; spell one exactly, or give its location"
        )
    return found[0]


def _more(found: list[GeneLocation]) -> str:
    return f" and {len(found) - _FEW:,} more" if len(found) > _FEW else ""


def one_based(position: Position) -> str:
    """Return a position as people write it: counted from 1, with the last base included."""
    return f"{position.contig}:{position.start + 1}-{position.end}"


def _called(annotation: Annotation, name: str) -> set[int]:
    """Return the numbers of the genes of a name: first by their main names, then by their aliases, then by both in any case."""
    low = name.casefold()
    return (
        {number for number, own in enumerate(annotation.genes) if own == name}
        or set(annotation.aliases.get(name, ()))
        or {number for number, own in enumerate(annotation.genes) if own.casefold() == low}
        or {
            number for alias, some in annotation.aliases.items() if alias.casefold() == low for number in some
        }
    )


def _locations(annotation: Annotation, numbers: set[int]) -> Iterator[GeneLocation]:
    assert annotation.extents is not None
    contigs = list(annotation.tracks)
    for gene, contig, start, end in zip(*annotation.extents, strict=True):
        if gene in numbers:
            yield GeneLocation(annotation.genes[gene], Position(contigs[contig], start, end))


def _unknown(annotation: Annotation, name: str) -> InputError:
    spelled = {known.casefold(): known for known in (*annotation.aliases, *annotation.genes)}
    near = [spelled[low] for low in get_close_matches(name.casefold(), spelled, _FEW)]
    hint = f"its annotation has {', '.join(near)}" if near else "its annotation has none of a similar name"
    return InputError(f"{name}: the genome has no such gene; {hint}; a region is written CONTIG:START-END")
