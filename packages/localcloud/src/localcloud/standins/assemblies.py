"""Define the assemblies of the stand-in for NCBI, and describe them in the format of NCBI's API.

The API gives uint64 as strings, leaves out empty lists, and answers an unknown accession with an empty answer, not an error.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class StandInAssembly:
    """An assembly to serve. `status` is one of NCBI's: current, previous, suppressed."""

    fasta: Path
    organism: str = "Stand-in organism"
    common_name: str | None = None
    tax_id: int = 1
    name: str | None = None
    level: str = "Complete Genome"
    status: str = "current"
    current: str | None = None
    suppression_reason: str | None = None
    paired_accession: str | None = None
    reference: bool = True
    gff: Path | None = None

    @property
    def title(self) -> str:
        """Return the assembly's name, as it appears in the names of its files."""
        return (self.name or self.fasta.name.split(".")[0]).replace(" ", "_")

    @cached_property
    def packed(self) -> bytes:
        return _packed(self.fasta)

    @cached_property
    def contigs(self) -> list[tuple[str, int]]:
        """Return the name and length of each record."""
        lengths: list[tuple[str, int]] = []
        for line in gzip.decompress(self.packed).splitlines():
            if line.startswith(b">"):
                lengths.append((line[1:].split()[0].decode(), 0))
            else:
                lengths[-1] = (lengths[-1][0], lengths[-1][1] + len(line.strip()))
        return lengths

    def files(self, directory: str) -> dict[str, bytes]:
        """Return the files in the assembly's directory, by name."""
        files = {f"{directory}_genomic.fna.gz": self.packed}
        if self.gff:
            files[f"{directory}_genomic.gff.gz"] = _packed(self.gff)
        sums = [
            f"{hashlib.md5(body, usedforsecurity=False).hexdigest()}  ./{name}\n"
            for name, body in files.items()
        ]
        decoy = f"{'0' * 32}  ./{directory}_cds_from_genomic.fna.gz\n"  # NCBI's lists contain many more names
        return {**files, "md5checksums.txt": "".join([decoy, *sums]).encode()}

    def report(self, accession: str) -> dict[str, object]:
        info: dict[str, object] = {
            "assembly_name": self.title,
            "assembly_level": self.level,
            "assembly_status": self.status,
        }
        if self.reference:
            info["refseq_category"] = "reference genome"
        if self.suppression_reason:
            info["suppression_reason"] = self.suppression_reason
        if self.paired_accession:
            info["paired_assembly"] = {"accession": self.paired_accession, "status": "current"}
        return {
            "accession": accession,
            "current_accession": self.current or accession,
            "organism": self._organism(),
            "assembly_info": info,
            "assembly_stats": {
                "total_sequence_length": str(sum(length for _, length in self.contigs)),
                "gc_count": "0",
                "number_of_scaffolds": len(self.contigs),
            },
        }

    def sequence_reports(self, accession: str) -> list[dict[str, object]]:
        refseq = "refseq_accession" if accession.startswith("GCF") else "genbank_accession"
        return [
            {
                "assembly_accession": accession,
                "chr_name": str(number),
                refseq: name,
                "length": length,
                "role": "assembled-molecule",
            }
            for number, (name, length) in enumerate(self.contigs, start=1)
        ]

    def suggestion(self) -> dict[str, object]:
        names = {"common_name": self.common_name} if self.common_name else {}
        return {"sci_name": self.organism, "tax_id": str(self.tax_id), "rank": "SPECIES", **names}

    def _organism(self) -> dict[str, object]:
        common = {"common_name": self.common_name} if self.common_name else {}
        return {"tax_id": self.tax_id, "organism_name": self.organism, **common}


def phage_lambda(fasta: Path) -> StandInAssembly:
    """Return what NCBI says about GCF_000840245.1, with the sequence from the given file."""
    return StandInAssembly(fasta, organism="Escherichia phage Lambda", tax_id=2681611, name="ViralProj14204")


def _packed(path: Path) -> bytes:
    content = path.read_bytes()
    return content if content[:2] == b"\x1f\x8b" else gzip.compress(content, mtime=0)
