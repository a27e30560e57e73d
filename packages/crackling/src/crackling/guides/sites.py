"""Find the candidate guides of a query: every 23 nt window with the PAM NGG, on both strands."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.sequences.fasta import reverse_complement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crackling.sequences.fasta import Contig

GUIDE_NT = 20  # of the protospacer
PAM_NT = 3
SITE_NT = GUIDE_NT + PAM_NT

# The look-ahead finds overlapping windows too. A window with a letter other than A, C, G, T is no site.
_FORWARD = re.compile(rf"(?=([ACGT]{{{GUIDE_NT + 1}}}GG))")
_REVERSE = re.compile(rf"(?=(CC[ACGT]{{{GUIDE_NT + 1}}}))")


@dataclass(frozen=True, slots=True)
class Site:
    """A site that Cas9 can cut: the protospacer (`guide`, 20 nt) and its PAM (3 nt), both read 5' to 3' on `strand`.

    start and end are 0-based half-open on the contig's forward strand and cover the 23 nt of both.
    """

    contig: str
    start: int
    end: int
    strand: str
    guide: str
    pam: str


def find_sites(contigs: Iterable[Contig]) -> list[Site]:
    """Find all sites of normalised contigs, in query order: by contig, then start, forward strand first."""
    return [
        site
        for contig in contigs
        for site in sorted(_sites(contig), key=lambda site: (site.start, site.strand))
    ]


def repeated_windows(sites: Iterable[Site]) -> set[str]:
    """Return the windows of 23 nt that stand more than once in the query."""
    counts = Counter(site.guide + site.pam for site in sites)
    return {window for window, count in counts.items() if count > 1}


def _sites(contig: Contig) -> Iterator[Site]:
    for pattern, strand in ((_FORWARD, "+"), (_REVERSE, "-")):
        for match in pattern.finditer(contig.sequence):
            window = match[1] if strand == "+" else reverse_complement(match[1])
            start = match.start()
            yield Site(contig.name, start, start + SITE_NT, strand, window[:GUIDE_NT], window[GUIDE_NT:])
