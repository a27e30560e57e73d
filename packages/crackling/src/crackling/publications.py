"""List the publications that the methods rest on. Columns and methods cite them from here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Publication:
    """An article. journal: its abbreviated name, with volume and first page."""

    authors: str
    year: int
    title: str
    journal: str
    doi: str

    @property
    def short(self) -> str:
        """Return authors and year, as a text cites it."""
        return f"{self.authors} {self.year}"

    @property
    def citation(self) -> str:
        """Return authors, year and journal."""
        return f"{self.short}, {self.journal}"


CONSENSUS = Publication(
    "Bradford and Perrin",
    2019,
    "Improving CRISPR guide design with consensus approaches",
    "BMC Genomics 20:931",
    "10.1186/s12864-019-6291-z",
)
CRACKLING = Publication(
    "Bradford et al.",
    2022,
    "Rapid whole-genome identification of high quality CRISPR guide RNAs with the Crackling method",
    "CRISPR J. 5:410",
    "10.1089/crispr.2021.0102",
)
CHOPCHOP = Publication(
    "Labun et al.",
    2019,
    "CHOPCHOP v3: expanding the CRISPR web toolbox beyond genome editing",
    "Nucleic Acids Res. 47:W171",
    "10.1093/nar/gkz365",
)
MM10DB = Publication(
    "Sunagawa et al.",
    2016,
    "Mammalian reverse genetics without crossing reveals Nr3a as a short-sleeper gene",
    "Cell Rep. 14:662",
    "10.1016/j.celrep.2015.12.052",
)
VIENNA_RNA = Publication(
    "Lorenz et al.",
    2011,
    "ViennaRNA Package 2.0",
    "Algorithms Mol. Biol. 6:26",
    "10.1186/1748-7188-6-26",
)
SGRNA_SCORER = Publication(
    "Chari et al.",
    2017,
    "sgRNA Scorer 2.0: a species-independent model to predict CRISPR/Cas9 activity",
    "ACS Synth. Biol. 6:902",
    "10.1021/acssynbio.6b00343",
)
MIT = Publication(
    "Hsu et al.",
    2013,
    "DNA targeting specificity of RNA-guided Cas9 nucleases",
    "Nat. Biotechnol. 31:827",
    "10.1038/nbt.2647",
)
CFD = Publication(
    "Doench et al.",
    2016,
    "Optimized sgRNA design to maximize activity and minimize off-target effects of CRISPR-Cas9",
    "Nat. Biotechnol. 34:184",
    "10.1038/nbt.3437",
)
