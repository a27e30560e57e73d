"""Compute what the command line would write: the science on this machine, without a cloud."""

from __future__ import annotations

import io
import json
import random
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import crackling
from crackling.results import Design, Format, Target, write
from crackling.sequences.fasta import read_fasta
from local_stage import SAMPLE, SAMPLE_GENOME

if TYPE_CHECKING:
    from crackling.specificity import Index


@dataclass(frozen=True)
class Expected:
    """Results for queries against the genome of `index`."""

    index: Index

    def targets(self, query: str, consensus: int = 2) -> list[Target]:
        return list(self._design(query, consensus))

    @cache  # noqa: B019 - one for the whole session; the folds of a long query take seconds
    def _design(self, query: str, consensus: int) -> Design:
        return crackling.design(
            query, genome=crackling.Genome(SAMPLE_GENOME, self.index), min_accepted=consensus
        )

    def file(self, query: str, form: Format, consensus: int = 2) -> bytes:
        out = io.BytesIO()
        write(self._design(query, consensus), form, out)
        return out.getvalue()

    def off_targets(self, guide: str) -> list[dict[str, Any]]:
        return [asdict(place) for place in self.index.off_targets(guide)]


def rows(export: bytes) -> list[dict[str, Any]]:
    """Return the targets of a JSON export."""
    found: list[dict[str, Any]] = json.loads(export)
    return found


@cache
def many_contigs() -> str:
    """Return FASTA with a few thousand guides: soft-masked letters, gaps, Windows line ends, an empty contig, a repeated one,
    odd names, and a long stretch whose composition avoids most of the folding."""
    phage = next(iter(read_fasta(SAMPLE / "lambda_phage.fa"))).sequence
    source = random.Random(11)
    long = "".join(source.choices("ATGC", (38, 38, 22, 2), k=100_000))
    return "\n".join([
        ">masked the first piece", *_lines(phage[:1500].lower()),
        ">gaps\r", *(f"{line}\r" for line in _lines(phage[3000:3600] + "N" * 130 + "ry" + phage[3600:4200])),
        ">nothing",
        ">again", phage[500:900],
        ">odd|name;x=1,2%", *_lines(long),
    ])  # fmt: skip


def _lines(sequence: str) -> list[str]:
    return [sequence[start : start + 70] for start in range(0, len(sequence), 70)]
