"""Define the columns of the results as people see them: heading, explanation, decimals, threshold.

The HTML report, the workbook, the API's `/about` and through it the page take them from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from crackling import publications
from crackling.results.target import MAX_GC, MIN_GC, SPECIFIC_SCORE


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    name: in files. title: the heading. text: the explanation, in full sentences. width: in characters, in a worksheet.
    decimals: of a figure in files. shown_decimals: where people read it. threshold: the lowest value that is accepted.
    """

    name: str
    title: str
    text: str
    width: int = 10
    decimals: int | None = None
    shown_decimals: int | None = None
    threshold: float | None = None

    def shown(self, value: float) -> str:
        """Return a figure as people read it."""
        return f"{value:.{self.shown_decimals or 0}f}"


_CONSENSUS = publications.CONSENSUS.short
_MISMATCHES = tuple(
    Column(
        f"mm{n}",
        f"{n} mismatch" if n == 1 else f"{n} mismatches",
        "Sites in the genome that match the guide perfectly, its own included: 1 for a guide that occurs once."
        if n == 0
        else f"Sites in the genome with {n} mismatch{'es' if n > 1 else ''}.",
        7,
    )
    for n in range(5)
)

# The fields of Target, in the order of files.
TARGET_COLUMNS = (
    Column("id", "No.", "Number of the guide in the order of the query, from 1.", 6),
    Column("contig", "Contig", "Contig of the query that the guide lies on.", 18),
    Column(
        "start", "Start", "First base of guide and PAM on the contig's forward strand, counted from 0.", 10
    ),
    Column(
        "end",
        "End",
        "Base after the last one of guide and PAM on the forward strand, counted from 0. "
        "It equals the last base, counted from 1.",
        10,
    ),
    Column(
        "strand",
        "Strand",
        "Strand that guide and PAM are read on: + is the query as it was given, - its reverse complement.",
        7,
    ),
    Column("guide", "Guide", "The 20 bases of the protospacer, 5' to 3' on its strand.", 26),
    Column(
        "pam",
        "PAM",
        "The three bases after the protospacer: NGG for SpCas9. It is NGG to the letter for a guide given without its PAM.",
        6,
    ),
    Column(
        "gc",
        "GC %",
        f"Percentage of G and C in the 20 bases. Below {MIN_GC:.0f} or above {MAX_GC:.0f} the guide gets a warning.",
        7,
        decimals=1,
        shown_decimals=1,
    ),
    Column(
        "chopchop",
        "CHOPCHOP",
        "Whether CHOPCHOP accepts the guide. Its rule G20: the last base of the protospacer is G "
        f"({publications.CHOPCHOP.short}).",
        10,
    ),
    Column(
        "mm10db",
        "mm10db",
        "Whether mm10db accepts the guide: no leading T, AT content of 20 to 65 %, no TTTT, and a fold of guide and scaffold "
        f"that keeps the scaffold's structure at -30 kcal/mol or more ({publications.MM10DB.short}).",
        10,
    ),
    Column(
        "sgrnascorer2",
        "sgRNA Scorer",
        f"Whether sgRNA Scorer 2.0 accepts the guide: its score is 0 or more ({publications.SGRNA_SCORER.short}).",
        13,
    ),
    Column(
        "sgrnascorer2_score",
        "SVM score",
        "Decision value of sgRNA Scorer 2.0's linear support vector machine on the 20 bases. 0 is the threshold "
        f"({publications.SGRNA_SCORER.short}).",
        19,
        decimals=6,
        shown_decimals=2,
        threshold=0,
    ),
    Column(
        "structure",
        "Structure",
        "Fold of guide and scaffold in dot-bracket notation "
        f"({publications.VIENNA_RNA.short}). Empty for a guide that another test of mm10db rejects.",
        20,
    ),
    Column(
        "energy",
        "Energy",
        "Free energy of that fold in kcal/mol. Empty where no fold was computed.",
        8,
        decimals=2,
        shown_decimals=1,
    ),
    Column(
        "consensus",
        "Votes",
        f"Number of methods, out of CHOPCHOP, mm10db and sgRNA Scorer 2.0, that accept the guide ({_CONSENSUS}).",
        11,
    ),
    Column(
        "efficient",
        "Efficient",
        f"Whether as many methods accept the guide as were asked for: 2 of 3 unless chosen otherwise ({_CONSENSUS}).",
        10,
    ),
    Column(
        "mit",
        "MIT",
        "Specificity 10000 / (100 + sum of the MIT scores, 0 to 100, of all imperfect sites within 4 mismatches) "
        f"({publications.MIT.short}). 100 is best; {SPECIFIC_SCORE:.0f} or more is recommended.",
        12,
        decimals=6,
        shown_decimals=2,
        threshold=SPECIFIC_SCORE,
    ),
    Column(
        "cfd",
        "CFD",
        "Specificity 10000 / (100 + sum of the CFD scores, 0 to 1, of all sites within 4 mismatches, perfect ones included) "
        f"({publications.CFD.short}). A guide with no other site has 99.01; {SPECIFIC_SCORE:.0f} or more is recommended. "
        "Many other tools use another scale.",
        12,
        decimals=6,
        shown_decimals=2,
        threshold=SPECIFIC_SCORE,
    ),
    Column("specific", "Specific", f"Whether MIT and CFD are both at least {SPECIFIC_SCORE:.0f}.", 9),
    *_MISMATCHES,
    Column("unique", "Unique", "Whether guide and PAM occur once in the query.", 8),
    Column("warnings", "Warnings", "What to know before ordering the guide.", 34),
    Column(
        "gene",
        "Gene",
        "Genes at the guide's perfect matches in the genome. Empty for a genome without annotation.",
        18,
    ),
    Column(
        "feature",
        "Feature",
        "The first of CDS, exon, intron and intergenic that holds for any of those matches.",
        12,
    ),
)
# Figures that follow from the fields of Target; they are shown to people and are not in files.
DERIVED_COLUMNS = (
    Column(
        "location",
        "Location",
        "First and last base of guide and PAM on the contig's forward strand, counted from 1: 19-41 are 23 bases. "
        "CSV, TSV, JSON, BED and XLSX count from 0 and exclude the last base; GFF3, GenBank and FASTA count as here.",
    ),
    Column(
        "cut",
        "Cut",
        "Cas9 cuts after this base of the forward strand, counted from 1: three bases before the PAM.",
    ),
    Column(
        "sites",
        "Sites 0-1-2-3-4",
        "Sites in the genome with 0, 1, 2, 3 and 4 mismatches, the guide's own included: "
        "a guide that occurs once begins with 1.",
    ),
    Column(
        "common_cfd",
        "CFD, common scale",
        "100 / (1 + sum of the CFD scores of the imperfect sites), as many other tools report it. It is computed from the same "
        "sites as CFD on a scale that falls faster: 100 is best, 50 or more is good, and a guide below 20 is usually called "
        "unspecific.",
        shown_decimals=1,
    ),
)
# The meaning of each warning. `perfect matches` follows their number.
WARNINGS = {
    "TTTT": "Four T in a row end transcription from U6 and other Pol III promoters.",
    "low GC": f"A guide below {MIN_GC:.0f} % GC binds its target weakly.",
    "high GC": f"A guide above {MAX_GC:.0f} % GC is often inactive.",
    "not in genome": "The guide matches no site of the genome perfectly: it spans a splice junction, a variant or a construct, "
    "or the genome is not the one that the query is from.",
    "perfect matches": "The guide cuts at each of these sites, whatever its scores.",
    "repeated in query": "The query holds the guide more than once, and is cut at each copy.",
    "NAG PAM": "Cas9 cuts at NAG far less well than at NGG.",
}
COLUMN = {column.name: column for column in (*TARGET_COLUMNS, *DERIVED_COLUMNS)}
DECIMALS = {column.name: column.decimals for column in TARGET_COLUMNS if column.decimals is not None}
