"""Write the formats that are lines of text: UTF-8 with unix line endings."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, TextIO
from urllib.parse import quote

from crackling.results.columns import DECIMALS
from crackling.results.target import COLUMNS, values

if TYPE_CHECKING:
    from crackling.results.design import Design
    from crackling.results.target import Target

_COLOURS = {
    (True, True): "0,114,178",
    (True, False): "230,159,0",
    (False, True): "86,180,233",
    (False, False): "153,153,153",
}
WARNINGS_SEPARATOR = "; "
_FORMULAS = tuple("=+-@＝＋－＠")  # spreadsheets take the wide signs for the others
# Columns with names chosen by users; a spreadsheet would run some of them as formulas.
_NAMES = tuple(COLUMNS.index(column) for column in ("contig", "gene"))


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.{DECIMALS[column]}f}"
    if isinstance(value, tuple):
        return WARNINGS_SEPARATOR.join(value)
    return str(value)


def cells(target: Target) -> list[str]:
    """Return a target's columns as text, in order."""
    return [_cell(column, value) for column, value in zip(COLUMNS, values(target), strict=True)]


def _harmless(target: Target) -> list[str]:
    """Return the cells, with an apostrophe before a name that a spreadsheet would take for a formula."""
    row = cells(target)
    for column in _NAMES:
        if row[column].startswith(_FORMULAS):
            row[column] = f"'{row[column]}"
    return row


def write_csv(design: Design, stream: TextIO) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_harmless, design.targets))


def write_tsv(design: Design, stream: TextIO) -> None:
    stream.write("\t".join(COLUMNS) + "\n")
    stream.writelines("\t".join(_harmless(target)) + "\n" for target in design.targets)


def write_json(design: Design, stream: TextIO) -> None:
    before = "[\n"
    for target in design.targets:
        stream.write(before + json.dumps(dict(zip(COLUMNS, values(target), strict=True)), ensure_ascii=False))
        before = ",\n"
    stream.write("[]\n" if before == "[\n" else "\n]\n")


def write_bed(design: Design, stream: TextIO) -> None:
    for target in design.targets:
        score = round(10 * min(target.mit, target.cfd))
        colour = _COLOURS[target.efficient, target.specific]
        span = f"{target.start}\t{target.end}"
        stream.write(
            f"{target.contig}\t{span}\tguide_{target.id}\t{score}\t{target.strand}\t{span}\t{colour}\n"
        )


def write_gff3(design: Design, stream: TextIO) -> None:
    stream.write("##gff-version 3\n")
    stream.writelines("\t".join(_gff3_columns(target)) + "\n" for target in design.targets)


def _gff3_columns(target: Target) -> list[str]:
    fixed = {"id", "contig", "start", "end", "strand"}  # columns of their own in GFF3
    named = zip(COLUMNS, cells(target), strict=True)
    attributes = [f"ID=guide_{target.id}"]
    attributes += [
        f"{name}={quote(value, safe=' .:^*$@!+_?-|()')}"
        for name, value in named
        if value and name not in fixed
    ]
    contig = quote(target.contig, safe=".:^*$@!+_?-|")
    bounds = [str(target.start + 1), str(target.end)]
    return [
        *(contig, "crackling", "sgRNA", *bounds, f"{target.mit:.6f}", target.strand, "."),
        ";".join(attributes),
    ]


def write_fasta(design: Design, stream: TextIO) -> None:
    for target in design.targets:
        location = f"{target.contig}:{target.start + 1}-{target.end}({target.strand})"
        scores = f"consensus={target.consensus}/3 mit={target.mit:.6f} cfd={target.cfd:.6f}"
        stream.write(f">guide_{target.id} {location} pam={target.pam} {scores}\n{target.guide}\n")
