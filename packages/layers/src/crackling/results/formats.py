"""Writing targets. Every format is UTF-8 text with unix line endings, the same bytes for the same targets everywhere."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING, Literal, TextIO, get_args
from urllib.parse import quote

from crackling.results.target import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crackling.results.target import Target

Format = Literal["csv", "tsv", "json", "bed", "gff3"]
FORMATS: tuple[Format, ...] = get_args(Format)
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/json",
    "bed": "text/plain; charset=utf-8",
    "gff3": "text/x-gff3; charset=utf-8",
}
_DECIMALS = {"gc": 1, "sgrnascorer2_score": 6, "energy": 2, "mit": 6, "cfd": 6}
_COLOURS = {
    (True, True): "0,114,178",
    (True, False): "230,159,0",
    (False, True): "86,180,233",
    (False, False): "153,153,153",
}


def write(targets: Iterable[Target], format: Format, stream: TextIO) -> None:  # noqa: A002 - what users call it
    """Write targets in one of FORMATS.

    csv, tsv: a header, then a row a target; verdicts are 1 or 0, what is not known is empty, warnings are joined by '; '.
    json: an array of objects, one a line. bed: BED9, 0-based half-open, score 0 to 1000 from the lower of MIT and CFD, colour
    by verdict. gff3: 1-based closed, type sgRNA (SO:0001998).
    """
    _WRITERS[format](targets, stream)


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.{_DECIMALS[column]}f}"
    if isinstance(value, tuple):
        return "; ".join(value)
    return str(value)


def cells(target: Target) -> list[str]:
    """A target's columns as text, in order."""
    return [_cell(column, value) for column, value in zip(COLUMNS, astuple(target), strict=True)]


def _write_csv(targets: Iterable[Target], stream: TextIO) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(cells, targets))


def _write_tsv(targets: Iterable[Target], stream: TextIO) -> None:
    stream.write("\t".join(COLUMNS) + "\n")
    stream.writelines("\t".join(cells(target)) + "\n" for target in targets)


def _write_json(targets: Iterable[Target], stream: TextIO) -> None:
    before = "[\n"
    for target in targets:
        stream.write(before + json.dumps(asdict(target), ensure_ascii=False))
        before = ",\n"
    stream.write("[]\n" if before == "[\n" else "\n]\n")


def _write_bed(targets: Iterable[Target], stream: TextIO) -> None:
    for target in targets:
        score = round(10 * min(target.mit, target.cfd))
        colour = _COLOURS[target.efficient, target.specific]
        place = f"{target.start}\t{target.end}"
        stream.write(
            f"{target.contig}\t{place}\tguide_{target.id}\t{score}\t{target.strand}\t{place}\t{colour}\n"
        )


def _write_gff3(targets: Iterable[Target], stream: TextIO) -> None:
    stream.write("##gff-version 3\n")
    place = {"id", "contig", "start", "end", "strand"}
    for target in targets:
        values = zip(COLUMNS, cells(target), strict=True)
        attributes = [f"ID=guide_{target.id}"]
        attributes += [
            f"{name}={quote(value, safe=' .:^*$@!+_?-|()')}"
            for name, value in values
            if value and name not in place
        ]
        contig = quote(target.contig, safe=".:^*$@!+_?-|")
        columns = [
            contig,
            "crackling",
            "sgRNA",
            str(target.start + 1),
            str(target.end),
            f"{target.mit:.6f}",
            target.strand,
            ".",
        ]
        stream.write("\t".join([*columns, ";".join(attributes)]) + "\n")


_WRITERS: dict[Format, Callable[[Iterable[Target], TextIO], None]] = {
    "csv": _write_csv,
    "tsv": _write_tsv,
    "json": _write_json,
    "bed": _write_bed,
    "gff3": _write_gff3,
}
