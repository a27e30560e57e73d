"""Write GenBank: a record for each contig of the query with its guides as features, or for each guide of a list."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, BinaryIO

import gb_io

from crackling.about import VERSION
from crackling.guides.sites import SITE_NT
from crackling.results.design import Kind
from crackling.results.target import COLUMNS
from crackling.results.text import cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crackling.results.design import Design
    from crackling.results.target import Target

# The format requires a date, but the same design must give the same bytes on any day.
_DATE = date(1980, 1, 1)
_DIVISION = "  SYN"  # the library leaves out two of the format's columns before it
_NOTED = ("consensus", "efficient", "mit", "cfd", "specific", "mm0", "mm1", "mm2", "mm3", "mm4", "warnings")


def write_genbank(design: Design, stream: BinaryIO) -> None:
    gb_io.dump(_records(design), stream)


def _records(design: Design) -> Iterator[gb_io.Record]:
    if design.kind is Kind.GUIDES:
        for target in design.targets:
            yield _record(
                f"guide_{target.id}",
                target.guide + target.pam,
                design.genome_name,
                [_feature(target, 0, "+")],
            )
        return
    for contig, targets in design.by_contig():
        features = [_feature(target, target.start, target.strand) for target in targets]
        yield _record(contig.name, contig.sequence, design.genome_name, features)


def _record(name: str, sequence: str, genome_name: str, features: list[gb_io.Feature]) -> gb_io.Record:
    return gb_io.Record(
        sequence.lower().encode(),
        name=name,
        accession=name,
        molecule_type="DNA",
        division=_DIVISION,
        date=_DATE,
        definition=f"{name}, guides for SpCas9 against {genome_name} by Crackling {VERSION}",
        features=features,
    )


def _feature(target: Target, start: int, strand: str) -> gb_io.Feature:
    """Return the feature of a protospacer with its PAM. The library counts from 0 and writes from 1."""
    location: gb_io.Location = gb_io.Range(start, start + SITE_NT)
    values = dict(zip(COLUMNS, cells(target), strict=True))
    noted = "; ".join(f"{name} {values[name]}" for name in _NOTED if values[name])
    qualifiers = [
        gb_io.Qualifier("label", f"guide_{target.id}"),
        gb_io.Qualifier("note", f"guide {target.guide} PAM {target.pam}; {noted}"),
    ]
    return gb_io.Feature(
        "misc_feature", gb_io.Complement(location) if strand == "-" else location, qualifiers=qualifiers
    )
