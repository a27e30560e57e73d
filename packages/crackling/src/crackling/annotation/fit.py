"""Fit an annotation to a genome: check the names and lengths of contigs, and wrap genes around the origin of circular ones."""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from crackling.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from crackling.annotation.gene_models import Gene, Span
    from crackling.annotation.gff import GffReader

logger = logging.getLogger(__name__)


def fit(genes: Iterable[Gene], reader: GffReader, genome: Mapping[str, int] | None) -> Iterator[Gene]:
    """Yield genes as they lie on the contigs of a genome. How many do not is logged in the end.

    Args:
        genes: of the annotation.
        reader: what the annotation was read with.
        genome: the bases of each contig of the genome; None: only what the annotation itself says of them is known.

    Raises:
        InputError: the annotation is of another genome: it has none of the contigs, or other ends of them.
    """
    names = list(reader.contigs)
    if genome is not None:
        _check_names(names, reader.label, genome)
        _check_lengths(reader, genome)
    known = reader.circular if genome is None else genome
    bases = [known.get(name) for name in names]
    count, strange, example = 0, 0, ""
    for gene in genes:
        count += 1
        if genome is not None and all(bases[location.contig] is None for location in gene.locations):
            strange += 1
            example = example or names[gene.locations[0].contig]
        yield _fitted(gene, names, bases, reader)
    if strange:
        logger.warning(
            "%s: fits the genome in part: %s of its %s genes are on contigs of other names (%r, for example); "
            "give the annotation of this assembly if genes are missing",
            *(reader.label, f"{strange:,}", f"{count:,}", example),
        )


def _check_names(names: Sequence[str], label: str, genome: Mapping[str, int]) -> None:
    if names and not any(name in genome for name in names):
        raise InputError(
            f"{label}: names none of the genome's contigs (it has {names[0]!r}, for example); "
            "give the GFF3 file of this genome"
        )


def _check_lengths(reader: GffReader, genome: Mapping[str, int]) -> None:
    """Check what the annotation says of the contigs' lengths. Some programs declare only the part that has features."""
    for name, last in reader.declared.items():
        if name in genome and last > genome[name] and name not in reader.circular:
            raise _too_long(reader.label, f"says that {name} has {last:,} bases", name, genome[name])


def _fitted(gene: Gene, names: Sequence[str], bases: Sequence[int | None], reader: GffReader) -> Gene:
    """Return a gene whose spans over the origin of a circular contig are two, one at each end."""
    for span in chain(gene.locations, gene.parts):
        circle = bases[span.contig]
        if circle is not None and span.end > circle:
            break
    else:
        return gene
    locations, parts = (
        [piece for span in spans for piece in _pieces(span, names, bases, reader, gene.name)]
        for spans in (gene.locations, gene.parts)
    )
    return replace(gene, locations=locations, parts=parts)


def _pieces(
    span: Span, names: Sequence[str], bases: Sequence[int | None], reader: GffReader, gene: str
) -> Iterator[Span]:
    circle = bases[span.contig]
    if circle is None or span.end <= circle:
        yield span
        return
    name = names[span.contig]
    if name not in reader.circular or span.end - span.start > circle:
        at = f"{span.start + 1:,}-{span.end:,}"
        raise _too_long(reader.label, f"has {gene or 'a gene'} at {name}:{at}", name, circle)
    if span.start < circle:
        yield span._replace(end=circle)
    yield span._replace(start=max(0, span.start - circle), end=span.end - circle)


def _too_long(label: str, what: str, contig: str, bases: int) -> InputError:
    return InputError(
        f"{label}: is not the annotation of this genome: it {what}, but that contig has {bases:,} bases; "
        f"give the one of this assembly, or if {contig} is circular say so in its region's line (Is_circular=true)"
    )
