"""Provide the published weights of the MIT and CFD scores, and the aggregates that Crackling reports."""

from __future__ import annotations

import functools
import json
from ctypes import Array, byref, c_uint8
from importlib import resources

from crackling.guides.sites import GUIDE_NT
from crackling.specificity.kernel import MAX_MISMATCHES, Weights, library

BASES = "ACGT"
_RNA = {"A": "A", "C": "C", "G": "G", "T": "U"}
_PAIRS_WITH = {"A": "T", "C": "G", "G": "C", "T": "A"}


def _figures(name: str) -> dict[str, object]:
    figures: dict[str, object] = json.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))
    return figures


@functools.cache
def mit_weights() -> tuple[float, ...]:
    """Return the weight of a mismatch at each position from the PAM-distal end (Hsu et al. 2013)."""
    weights = _figures("mit.json")["weights"]
    assert isinstance(weights, list)
    return tuple(weights)


def mit_spread(mismatches: int, span: int) -> float:
    """Return the MIT score's terms for the number of mismatches and their distance (Hsu et al. 2013).

    Args:
        mismatches: at least 1.
        span: distance between the first and the last of them.
    """
    mean_distance = span / (mismatches - 1) if mismatches > 1 else 19.0
    return 1.0 / ((19.0 - mean_distance) / 19.0 * 4.0 + 1.0) / mismatches**2


@functools.cache
def cfd_mismatch_weights() -> dict[tuple[int, str, str], float]:
    """Return weights by (position from the PAM-distal end, guide's base, site's base); 1 for a match.

    Positions are 0-based.

    The published table (Doench et al. 2016) names the guide's RNA base and the DNA base that it pairs with, which is the
    complement of the site's.
    """
    table = _figures("cfd.json")["mismatch"]
    assert isinstance(table, dict)
    return {
        (position, guide, site): 1.0
        if guide == site
        else table[str(position + 1)][f"r{_RNA[guide]}:d{_PAIRS_WITH[site]}"]
        for position in range(GUIDE_NT)
        for guide in BASES
        for site in BASES
    }


@functools.cache
def cfd_pam_weights() -> dict[str, float]:
    """Return the weight of the last two bases of the PAM (Doench et al. 2016)."""
    weights = _figures("cfd.json")["pam"]
    assert isinstance(weights, dict)
    return weights


@functools.cache
def kernel_weights() -> Weights:
    """Return all weights as the kernel reads them: positions from the PAM, and a row of ones above the site."""
    weights = Weights(cfd_ngg=cfd_pam_weights()["GG"], cfd_nag=cfd_pam_weights()["AG"])
    weights.mit_kept[:] = [*(1.0 - weight for weight in reversed(mit_weights())), 1.0]
    for mismatches in range(1, MAX_MISMATCHES + 1):
        weights.mit_spread[mismatches][:] = [mit_spread(mismatches, span) for span in range(GUIDE_NT)]
    for (position, guide, site), weight in cfd_mismatch_weights().items():
        weights.cfd[GUIDE_NT - 1 - position][BASES.index(guide)][BASES.index(site)] = weight
    for row in weights.cfd[GUIDE_NT]:
        row[:] = [1.0] * 4
    return weights


@functools.cache
def mit_table(mismatches: int) -> Array[c_uint8]:
    """Return the kernel's table of local MIT scores, for searches with so many mismatches."""
    size: int = library().mit_table_bytes(mismatches)
    table = (c_uint8 * size)()
    library().make_mit_table(byref(kernel_weights()), mismatches, table)
    return table


def aggregate(total: float) -> float:
    """Return 10000 / (100 + total), as Crackling reports both scores.

    100 is best; `total` sums the local scores of all sites.
    """
    return 10000.0 / (100.0 + total)
