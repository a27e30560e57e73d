"""Hold a design: the query, the genome that was searched, and the resulting targets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, overload

from crackling.errors import InputError
from crackling.results.formats import FORMATS, format_of, write
from crackling.results.target import DEFAULT_MIN_ACCEPTED, SPECIFIC_SCORE, Target
from crackling.sequences.compressed import compressing
from crackling.sequences.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from crackling.results.formats import Format
    from crackling.sequences.fasta import Contig


class Kind(StrEnum):
    """The kind of query: a sequence to find guides in, or guides."""

    SEQUENCE = "sequence"
    GUIDES = "guides"


@dataclass(frozen=True, slots=True, repr=False)
class Design(Sequence[Target]):
    """The guides of a query, in query order, with what they were designed for: a sequence of targets.

    The same design gives the same bytes in each format, wherever it was made.

    Attributes:
        genome_name: the name of the genome that was searched for off-targets.
        targets: the guides, in query order.
        contigs: the query that was searched, normalised; empty where guides were given.
        kind: whether a sequence or guides were given.
        min_accepted: how many of the three methods must accept an efficient guide.
    """

    genome_name: str
    targets: Sequence[Target]
    contigs: Sequence[Contig] = ()
    kind: Kind = Kind.SEQUENCE
    min_accepted: int = DEFAULT_MIN_ACCEPTED

    @overload
    def __getitem__(self, at: int) -> Target: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Target]: ...
    def __getitem__(self, at: int | slice) -> Target | Sequence[Target]:
        return self.targets[at]

    def __len__(self) -> int:
        return len(self.targets)

    def __repr__(self) -> str:
        return f"<Design against {self.genome_name}: {self.outcome}>"

    def _repr_html_(self) -> str:
        from crackling.results.notebook import to_html

        return to_html(self)

    def to_pandas(self) -> pd.DataFrame:
        """Return a data frame with a row for each guide and the columns of the other formats.

        Raises:
            ImportError: pandas is not installed.
        """
        from crackling.results.notebook import to_pandas

        return to_pandas(self)

    def write(self, path: str | Path, format: Format | None = None) -> None:  # noqa: A002 - what users call it
        """Write the design to a file, which appears when it is complete.

        Args:
            path: the file; an old one of that name is replaced. It is compressed if it ends with .gz, .bz2, .xz or .zst.
            format: one of FORMATS; default: by the ending of the file's name.

        Raises:
            InputError: the ending names no format, or there are more guides than the format can hold.
            StorageError: the file cannot be written.
        """
        chosen = format or format_of(Path(path))
        if chosen is None:
            raise InputError(f"{path}: its ending names no format; name one of {', '.join(FORMATS)}")
        with write_atomically(Path(path)) as file, compressing(file, Path(path)) as stream:
            write(self, chosen, stream)

    @property
    def outcome(self) -> str:
        """Return a sentence about how many guides there are, and how many of them are useful."""
        good = sum(target.efficient and target.specific for target in self.targets)
        return f"{len(self.targets)} guides, {good} of them efficient and specific"

    def by_contig(self) -> Iterator[tuple[Contig, list[Target]]]:
        """Return each contig of the query with its targets; the contigs' names differ."""
        found: defaultdict[str, list[Target]] = defaultdict(list)
        for target in self.targets:
            found[target.contig].append(target)
        return ((contig, found[contig.name]) for contig in self.contigs)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Return what was asked for, as pairs for people to read."""
        return [
            ("Query", self._query),
            ("Genome", self.genome_name),
            ("Nuclease", "SpCas9: guides of 20 nt beside NGG, off-targets beside NGG or NAG"),
            ("Efficient", f"at least {self.min_accepted} of 3 methods accept"),
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
        """Return the numbers of guides by their properties."""
        verdicts = Counter((target.efficient, target.specific) for target in self.targets)
        return [
            ("Guides", len(self.targets)),
            ("Efficient and specific", verdicts[True, True]),
            ("Efficient", verdicts[True, True] + verdicts[True, False]),
            ("Specific", verdicts[True, True] + verdicts[False, True]),
            ("Not in the genome", sum(target.mm0 == 0 for target in self.targets)),
            ("With several perfect matches", sum(target.mm0 > 1 for target in self.targets)),
        ]
