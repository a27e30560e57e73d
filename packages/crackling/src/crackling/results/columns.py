"""The columns of a target, for people: what each says, how it is written, how wide it is shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A field of Target. decimals: of a figure. width: in letters of a sheet."""

    name: str
    says: str
    width: int
    decimals: int | None = None


_MISMATCHES = tuple(
    Column(f"mm{n}", f"Places in the genome with {n} mismatches" + (", its own included" * (n == 0)), 7)
    for n in range(5)
)
EXPLAINED = (
    Column("id", "Number in query order, from 1", 6),
    Column("contig", "Contig of the query", 18),
    Column("start", "First base on the contig's forward strand, counted from 0", 10),
    Column(
        "end",
        "Base after the last of the 23 nt of guide and PAM, counted from 0: the last one, counted from 1",
        10,
    ),
    Column("strand", "Strand that guide and PAM are read on", 7),
    Column("guide", "Protospacer, 20 nt, 5' to 3'", 26),
    Column("pam", "3 nt beside it; NGG where it was not given", 6),
    Column("gc", "G and C, per cent of the 20 nt", 7, decimals=1),
    Column("chopchop", "CHOPCHOP accepts: base 20 is G", 10),
    Column("mm10db", "mm10db accepts: composition and fold", 10),
    Column("sgrnascorer2", "sgRNA Scorer 2.0 accepts", 13),
    Column("sgrnascorer2_score", "Its decision value; accepted from 0", 19, decimals=6),
    Column("structure", "Fold of guide and scaffold (dot-bracket); empty where no verdict needed one", 20),
    Column("energy", "Of the fold, kcal/mol", 8, decimals=2),
    Column("consensus", "How many of the three methods accept", 11),
    Column("efficient", "Whether those are as many as asked for", 10),
    Column("mit", "MIT aggregate, 0 to 100, 100 is best", 12, decimals=6),
    Column("cfd", "CFD aggregate, 0 to 100, 100 is best", 12, decimals=6),
    Column("specific", "Whether both are at least 75", 9),
    *_MISMATCHES,
    Column("unique", "Whether the 23 nt stand once in the query", 8),
    Column("warnings", "Remarks", 34),
    Column("gene", "Genes at its perfect matches in the genome; empty without annotation", 18),
    Column("feature", "CDS, exon, intron or intergenic, the first that holds of those matches", 12),
)
DECIMALS = {column.name: column.decimals for column in EXPLAINED if column.decimals is not None}
