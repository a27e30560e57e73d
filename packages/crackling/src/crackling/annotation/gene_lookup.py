"""Finding a gene by its name: its symbol, its locus tag, or what else its annotation calls it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from crackling.annotation.annotation import Position
from crackling.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crackling.annotation.annotation import Annotation

_FEW = 5  # that a message names


class GenePlace(NamedTuple):
    """A gene's name as the annotation spells it, and all of the gene."""

    name: str
    position: Position


def find_gene(annotation: Annotation, name: str) -> GenePlace:
    """The one gene that is called so; the case of letters counts where nothing else tells genes apart.

    Raises:
        InputError: there is none, or there are several, or it is not known where genes lie.
    """
    if annotation.extents is None:
        raise InputError(
            f"{name}: the genome was prepared when it was not yet kept where its genes lie; "
            "give CONTIG:START-END"
        )
    places = sorted(set(_places(annotation, _called(annotation, name))))
    if not places:
        raise _unknown(annotation, name)
    if len(places) > 1:
        named = ", ".join(f"{place.name} at {written(place.position)}" for place in places[:_FEW])
        more = f" and {len(places) - _FEW:,} more" if len(places) > _FEW else ""
        raise InputError(
            f"{name}: is the name of several genes: {named}{more}; give one as it is written, or its place"
        )
    return places[0]


def written(position: Position) -> str:
    """As people write places: from 1, with the last base."""
    return f"{position.contig}:{position.start + 1}-{position.end}"


def _called(annotation: Annotation, name: str) -> set[int]:
    """The numbers of genes: as they are called first, then what else they are called, then both in any case."""
    low = name.casefold()
    return (
        {number for number, own in enumerate(annotation.genes) if own == name}
        or set(annotation.aliases.get(name, ()))
        or {number for number, own in enumerate(annotation.genes) if own.casefold() == low}
        or {
            number for alias, some in annotation.aliases.items() if alias.casefold() == low for number in some
        }
    )


def _places(annotation: Annotation, numbers: set[int]) -> Iterator[GenePlace]:
    assert annotation.extents is not None
    contigs = list(annotation.tracks)
    for gene, contig, start, end in zip(*annotation.extents, strict=True):
        if gene in numbers:
            yield GenePlace(annotation.genes[gene], Position(contigs[contig], start, end))


def _unknown(annotation: Annotation, name: str) -> InputError:
    spelled = {known.casefold(): known for known in (*annotation.aliases, *annotation.genes)}
    near = [spelled[low] for low in get_close_matches(name.casefold(), spelled, _FEW)]
    hint = f"its annotation has {', '.join(near)}" if near else "its annotation has none of a similar name"
    return InputError(f"{name}: the genome has no such gene; {hint}; a region is written CONTIG:START-END")
