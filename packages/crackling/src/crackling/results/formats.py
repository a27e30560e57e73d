"""List the formats that a design is written in: one table, for the command line and the API alike."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, Literal, TextIO

from crackling.errors import InputError
from crackling.printable import printable
from crackling.results import text
from crackling.sequences.compressed import without_ending

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crackling.results.design import Design

Format = Literal["csv", "tsv", "json", "bed", "gff3", "xlsx", "genbank", "fasta", "html"]


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format.

    title: its usual name. text: what it is for, in a few words. endings: of file names, the usual one first. binary: no
    terminal can show it.
    """

    title: str
    text: str
    media_type: str
    endings: tuple[str, ...]
    write: Callable[[Design, BinaryIO], None]
    binary: bool = False


def _as_text(write_text: Callable[[Design, TextIO], None]) -> Callable[[Design, BinaryIO], None]:
    def write_bytes(design: Design, stream: BinaryIO) -> None:
        letters = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        try:
            write_text(design, letters)
        finally:
            letters.detach()  # otherwise it would close the stream

    return write_bytes


# The libraries of these formats are imported only when the format is written.
def _write_xlsx(design: Design, stream: BinaryIO) -> None:
    from crackling.results.xlsx import write_xlsx

    write_xlsx(design, stream)


def _write_genbank(design: Design, stream: BinaryIO) -> None:
    from crackling.results.genbank import write_genbank

    write_genbank(design, stream)


def _write_html(design: Design, stream: BinaryIO) -> None:
    from crackling.results.report import write_html

    write_html(design, stream)


_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: dict[Format, FileFormat] = {
    "csv": FileFormat(
        "CSV",
        "a table for programs, separated by commas",
        "text/csv; charset=utf-8",
        ("csv",),
        _as_text(text.write_csv),
    ),
    "tsv": FileFormat(
        "TSV",
        "a table for programs, separated by tabs",
        "text/tab-separated-values; charset=utf-8",
        ("tsv",),
        _as_text(text.write_tsv),
    ),
    "json": FileFormat(
        "JSON", "an array of objects, for programs", "application/json", ("json",), _as_text(text.write_json)
    ),
    "bed": FileFormat(
        "BED",
        "locations in the query, for genome browsers",
        "text/plain; charset=utf-8",
        ("bed",),
        _as_text(text.write_bed),
    ),
    "gff3": FileFormat(
        "GFF3",
        "locations in the query, with all scores",
        "text/x-gff3; charset=utf-8",
        ("gff3", "gff"),
        _as_text(text.write_gff3),
    ),
    "xlsx": FileFormat(
        "Excel",
        "a workbook of the guides and of what the columns mean",
        _SHEET,
        ("xlsx",),
        _write_xlsx,
        binary=True,
    ),
    "genbank": FileFormat(
        "GenBank",
        "the query with its guides, for SnapGene, Benchling and ApE",
        "text/x-genbank; charset=utf-8",
        ("gb", "gbk", "genbank"),
        _write_genbank,
    ),
    "fasta": FileFormat(
        "FASTA",
        "the sequences of the guides",
        "text/x-fasta; charset=utf-8",
        ("fa", "fasta"),
        _as_text(text.write_fasta),
    ),
    "html": FileFormat(
        "HTML report",
        "one file to read, print or send",
        "text/html; charset=utf-8",
        ("html", "htm"),
        _write_html,
    ),
}


def format_of(path: Path) -> Format | None:
    """Return the format that the ending of a file's name stands for; the ending of a compressed file is left out.

    Raises:
        InputError: there is an ending, but no such format.
    """
    ending = without_ending(path).suffix.lower().removeprefix(".")
    if ending and not any(ending in one.endings for one in FORMATS.values()):
        known = ", ".join(f".{one.endings[0]}" for one in FORMATS.values())
        raise InputError(
            f"{path}: no format has the ending .{ending}; end the name with one of {known}, or name the format"
        )
    return next((name for name, one in FORMATS.items() if ending in one.endings), None)


def write(design: Design, format: Format, stream: BinaryIO) -> None:  # noqa: A002 - what users call it
    """Write a design in one of FORMATS.

    csv, tsv: a header, then a row a target; verdicts are 1 or 0, what is not known is empty, warnings are joined by '; ', and
    a name that a spreadsheet would run as a formula has an apostrophe before it. json: an array of objects, one a line.
    bed: BED9, 0-based half-open, score 0 to 1000 from the lower of MIT and CFD, colour by verdict. gff3: 1-based closed, type
    sgRNA (SO:0001998). fasta: the guides, 20 nt each. xlsx: a sheet of guides, and one of parameters and columns. genbank: a
    record a contig of the query with its guides as features. html: a report for people, one file that needs no other.

    Control characters in names are escaped.

    Raises:
        InputError: more targets than the format can hold.
    """
    FORMATS[format].write(with_printable_names(design), stream)


def with_printable_names(design: Design) -> Design:
    """Return a design whose names can be shown: those of the genome, the contigs and the genes may come from anybody."""
    contigs = {name: printable(name) for name in {contig.name for contig in design.contigs}}
    contigs |= {name: printable(name) for name in {target.contig for target in design.targets}}
    genes = {name: printable(name) for name in {target.gene for target in design.targets} if name is not None}
    genome_name = printable(design.genome_name)
    if genome_name == design.genome_name and all(
        old == new for names in (contigs, genes) for old, new in names.items()
    ):
        return design
    return replace(
        design,
        genome_name=genome_name,
        contigs=[replace(contig, name=contigs[contig.name]) for contig in design.contigs],
        targets=[
            replace(target, contig=contigs[target.contig], gene=genes.get(target.gene or "", target.gene))
            for target in design.targets
        ],
    )
