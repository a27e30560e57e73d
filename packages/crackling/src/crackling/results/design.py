"""A design as a whole: what was asked, against which genome, and the targets that came of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crackling.results.target import SPECIFIC_SCORE, USUAL_CONSENSUS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crackling.results.target import Target
    from crackling.sequences.fasta import Contig


class Kind(StrEnum):
    """What was given: a sequence to find guides in, or guides."""

    SEQUENCE = "sequence"
    GUIDES = "guides"


@dataclass(frozen=True, slots=True)
class Design:
    """What a format may show. The same design gives the same bytes, wherever it was made.

    genome: its name. targets: all of them, in query order. contigs: the query that was searched, as read_query() has it; none
    where guides were given.
    """

    genome: str
    targets: Sequence[Target]
    contigs: Sequence[Contig] = ()
    kind: Kind = Kind.SEQUENCE
    consensus: int = USUAL_CONSENSUS

    def by_contig(self) -> Iterator[tuple[Contig, list[Target]]]:
        """Each contig of the query with its targets; the contigs' names differ."""
        found: defaultdict[str, list[Target]] = defaultdict(list)
        for target in self.targets:
            found[target.contig].append(target)
        return ((contig, found[contig.name]) for contig in self.contigs)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """What was asked, for people."""
        return [
            ("Query", self._query),
            ("Genome", self.genome),
            ("Nuclease", "SpCas9: guides of 20 nt beside NGG, off-targets beside NGG or NAG"),
            ("Efficient", f"at least {self.consensus} of 3 methods accept"),
            ("Specific", f"MIT and CFD both at least {SPECIFIC_SCORE:.0f}"),
            ("Off-targets", "up to 4 mismatches"),
        ]

    @property
    def _query(self) -> str:
        if self.kind is Kind.GUIDES:
            return "a list of guides; where one came without its PAM, NGG is assumed"
        bases = f"{sum(len(contig.sequence) for contig in self.contigs):,} bases"
        return bases if len(self.contigs) == 1 else f"{bases} in {len(self.contigs):,} contigs"

    @property
    def summary(self) -> list[tuple[str, int]]:
        """What came of it, in numbers."""
        verdicts = Counter((target.efficient, target.specific) for target in self.targets)
        return [
            ("Guides", len(self.targets)),
            ("Efficient and specific", verdicts[True, True]),
            ("Efficient", verdicts[True, True] + verdicts[True, False]),
            ("Specific", verdicts[True, True] + verdicts[False, True]),
            ("Not in the genome", sum(target.mm0 == 0 for target in self.targets)),
            ("With several perfect matches", sum(target.mm0 > 1 for target in self.targets)),
        ]
