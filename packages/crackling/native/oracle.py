"""Search for off-targets as in a textbook: compare every window of a genome with every guide, by brute force.

It defines what the kernel must find and how it must score. It reads the published tables itself and shares no
code with the product, so that the two can be compared.
"""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TABLES = Path(__file__).resolve().parents[1] / "src" / "crackling" / "specificity"
MIT: list[float] = json.loads((_TABLES / "mit.json").read_text("utf-8"))["weights"]
CFD = json.loads((_TABLES / "cfd.json").read_text("utf-8"))
COMPLEMENT = str.maketrans("ACGT", "TGCA")


class Location(NamedTuple):
    """A site at its location in a genome; `start` is the 0-based first base of its 23 nt window on the forward strand."""

    contig: str
    start: int
    strand: str
    site: str
    pam: str


class Near(NamedTuple):
    """A location near a guide, with its local scores: MIT 0 to 100, CFD 0 to 1."""

    location: Location
    mismatches: int
    mit: float
    cfd: float


class Score(NamedTuple):
    mit: float
    cfd: float
    counts: tuple[int, ...]


def find_locations(contigs: Mapping[str, str], *, compatible: bool = False) -> list[Location]:
    """Return all sites with the PAM NRG on both strands; compatible: without those that start with T."""
    found = []
    for name, letters in contigs.items():
        sequence = "".join(letters.split()).upper().replace("U", "T")
        for start in range(len(sequence) - 22):
            window = sequence[start : start + 23]
            for strand, reading in (("+", window), ("-", window.translate(COMPLEMENT)[::-1])):
                is_site = set(reading) <= set("ACGT") and reading[21] in "AG" and reading[22] == "G"
                if is_site and not (compatible and reading[0] == "T"):
                    found.append(Location(name, start, strand, reading[:20], reading[20:]))
    return found


def mit_local(guide: str, site: str) -> float:
    """Return the MIT score of a site: product of (1 - weight), and terms for mean distance and number.

    Hsu et al. 2013, Nat. Biotechnol. 31:827.
    """
    at = [p for p in range(20) if guide[p] != site[p]]
    if not at:
        return 100.0
    distance = (at[-1] - at[0]) / (len(at) - 1) if len(at) > 1 else 19.0
    return 100.0 * prod(1 - MIT[p] for p in at) / ((19 - distance) / 19 * 4 + 1) / len(at) ** 2


def cfd_local(guide: str, site: str, pam: str) -> float:
    """Return the CFD score of a site: a weight for each pair of RNA and DNA base, times the PAM's weight.

    Doench et al. 2016, Nat. Biotechnol. 34:184.
    """
    pairs = {p + 1: f"r{guide[p]}:d{site[p].translate(COMPLEMENT)}" for p in range(20) if guide[p] != site[p]}
    return float(
        CFD["pam"][pam[1:]]
        * prod(CFD["mismatch"][str(p)][pair.replace("rT", "rU")] for p, pair in pairs.items())
    )


def find_near(guide: str, locations: Sequence[Location], k: int, *, compatible: bool = False) -> list[Near]:
    """Return the locations within k mismatches of a guide; compatible: every PAM weighs as NGG."""
    sites = np.frombuffer("".join(location.site for location in locations).encode(), np.uint8).reshape(-1, 20)
    mismatches = (sites != np.frombuffer(guide.encode(), np.uint8)).sum(axis=1)
    return [
        Near(
            locations[i],
            int(mismatches[i]),
            mit_local(guide, locations[i].site),
            cfd_local(guide, locations[i].site, "NGG" if compatible else locations[i].pam),
        )
        for i in np.flatnonzero(mismatches <= k).tolist()
    ]


def score(guide: str, locations: Sequence[Location], k: int, *, compatible: bool = False) -> Score:
    """Return both aggregates, 10000 / (100 + sum of local scores), and the number of locations by mismatches.

    A perfect match adds nothing to MIT and its PAM's weight to CFD.
    """
    near = find_near(guide, locations, k, compatible=compatible)
    return Score(
        10000 / (100 + sum(hit.mit for hit in near if hit.mismatches)),
        10000 / (100 + sum(hit.cfd for hit in near)),
        tuple(sum(hit.mismatches == n for hit in near) for n in range(k + 1)),
    )
