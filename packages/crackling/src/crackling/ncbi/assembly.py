"""Read NCBI's report on an assembly. Whole numbers of 64 bits arrive as strings, and any part of a report may be missing."""

from __future__ import annotations

import re
from dataclasses import dataclass

ACCESSION = re.compile(r"GC[AF]_\d{9}\.\d{1,3}")
_SUPPRESSED = {"suppressed", "retired"}


@dataclass(frozen=True, slots=True)
class Assembly:
    """The facts about an assembly that a user needs before downloading it.

    Attributes:
        bases: of its sequences, without organelles and alternate loci, which the FASTA file may contain too.
        contigs: the number of these sequences.
        reference: whether it is the reference assembly of its organism.
        current: the accession that has replaced it; its own if none has.
        paired_accession: the same assembly in the other archive (GenBank or RefSeq), if that one is current.
        suppression_reason: why NCBI withdrew it; None if it did not.
    """

    accession: str
    organism: str
    common_name: str | None
    tax_id: int
    name: str
    level: str
    bases: int
    contigs: int
    reference: bool
    current: str
    paired_accession: str | None
    suppression_reason: str | None

    @property
    def superseded(self) -> bool:
        return self.current != self.accession

    @property
    def title(self) -> str:
        """Return the organism and the assembly in one line."""
        common = f" ({self.common_name})" if self.common_name else ""
        return f"{self.organism}{common}, {self.name} ({self.level.lower()})"


def read_report(report: object) -> Assembly | None:
    """Read an entry of `reports`; return None if it is no report of an assembly."""
    accession = _text(report, "accession")
    if not ACCESSION.fullmatch(accession):
        return None
    status = _text(report, "assembly_info", "assembly_status")
    paired = _at(report, "assembly_info", "paired_assembly")
    return Assembly(
        accession=accession,
        organism=_text(report, "organism", "organism_name") or "unknown organism",
        common_name=_text(report, "organism", "common_name") or None,
        tax_id=_number(report, "organism", "tax_id"),
        name=_text(report, "assembly_info", "assembly_name") or accession,
        level=_text(report, "assembly_info", "assembly_level") or "Unknown level",
        bases=_number(report, "assembly_stats", "total_sequence_length"),
        contigs=_number(report, "assembly_stats", "number_of_scaffolds")
        or _number(report, "assembly_stats", "number_of_contigs"),
        reference=_text(report, "assembly_info", "refseq_category").endswith("genome"),
        current=_text(report, "current_accession") or accession,
        paired_accession=_text(paired, "accession") or None if _text(paired, "status") == "current" else None,
        suppression_reason=(_text(report, "assembly_info", "suppression_reason") or status)
        if status in _SUPPRESSED
        else None,
    )


def entries(answer: object, name: str) -> list[object]:
    """Return the list of that name in an answer, or an empty one: NCBI omits empty lists."""
    found = _at(answer, name)
    return found if isinstance(found, list) else []


def text_of(entry: object, name: str) -> str:
    """Return a text in an entry, or '' if it is missing."""
    return _text(entry, name)


def _at(value: object, *path: str) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: object, *path: str) -> str:
    found = _at(value, *path)
    return str(found) if isinstance(found, str | int) else ""


def _number(value: object, *path: str) -> int:
    found = _text(value, *path)
    return int(found) if found.isdecimal() else 0
