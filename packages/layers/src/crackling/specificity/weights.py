"""The published weights of the MIT and CFD scores, and the aggregates that Crackling reports."""

from __future__ import annotations

import functools
import json
from importlib import resources

from crackling.specificity.kernel import SITE_NT, Weights

BASES = "ACGT"
_RNA = {"A": "A", "C": "C", "G": "G", "T": "U"}
_PAIRS_WITH = {"A": "T", "C": "G", "G": "C", "T": "A"}


def _figures(name: str) -> dict[str, object]:
    figures: dict[str, object] = json.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))
    return figures


@functools.cache
def mit_weights() -> tuple[float, ...]:
    """Weight of a mismatch at each position from the PAM-distal end (Hsu et al. 2013)."""
    weights = _figures("mit.json")["weights"]
    assert isinstance(weights, list)
    return tuple(weights)


@functools.cache
def cfd_mismatch_weights() -> dict[tuple[int, str, str], float]:
    """Weight by (0-based position from the PAM-distal end, guide's base, site's base); 1 where they match.

    The published table (Doench et al. 2016) names the guide's RNA base and the DNA base that it pairs with, which is the
    complement of the site's.
    """
    table = _figures("cfd.json")["mismatch"]
    assert isinstance(table, dict)
    return {
        (position, guide, site): 1.0 if guide == site else table[str(position + 1)][f"r{_RNA[guide]}:d{_PAIRS_WITH[site]}"]
        for position in range(SITE_NT)
        for guide in BASES
        for site in BASES
    }


@functools.cache
def cfd_pam_weights() -> dict[str, float]:
    """Weight by the last two bases of the PAM (Doench et al. 2016)."""
    weights = _figures("cfd.json")["pam"]
    assert isinstance(weights, dict)
    return weights


@functools.cache
def kernel_weights() -> Weights:
    weights = Weights(cfd_ngg=cfd_pam_weights()["GG"], cfd_nag=cfd_pam_weights()["AG"])
    weights.mit[:] = mit_weights()
    for (position, guide, site), weight in cfd_mismatch_weights().items():
        weights.cfd[position][BASES.index(guide)][BASES.index(site)] = weight
    return weights


def aggregate(total: float) -> float:
    """10000 / (100 + total), as Crackling reports both scores: 100 is best, `total` sums the local scores of all sites."""
    return 10000.0 / (100.0 + total)
