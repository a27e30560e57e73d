"""Build indexes of small genomes; a test can make every choice that must not change a result."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

import oracle
from crackling.guides.sites import GUIDE_NT
from crackling.specificity import build_index, builder, kernel, search, shard
from crackling.specificity.plan import MAX_KEY_NT, MIN_KEY_NT, Keys
from support.planted import fasta

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from crackling.specificity import Index, OffTarget

# All widths that an index may have: together, the keys are not longer than a site.
ALL_KEYS = [
    Keys(prefix_nt, suffix_nt)
    for prefix_nt in range(MIN_KEY_NT, MAX_KEY_NT + 1)
    for suffix_nt in range(MIN_KEY_NT, MAX_KEY_NT + 1)
    if prefix_nt + suffix_nt <= GUIDE_NT
]


def possible_radii(keys: Keys, k: int) -> list[int]:
    """Return every way to divide k mismatches between the two lists."""
    return [r for r in range(-1, k + 1) if r <= keys.prefix_nt and k - 1 - r <= keys.suffix_nt]


@contextmanager
def chosen(
    *,
    keys: Keys | None = None,
    radius: int | None = None,
    isa: str | None = None,
    bulk: bool | None = None,
    **constants: int,
) -> Iterator[None]:
    """Overrule the cost model and the processor; constants: RECORDS_AT_ONCE, GUIDES_A_TASK, GUIDES_IN_BULK."""
    with pytest.MonkeyPatch.context() as patch:
        if keys:
            patch.setattr(builder, "choose_keys", lambda _sites: keys)
        if radius is not None:
            patch.setattr(shard, "choose_prefix_radius", lambda _sites, _keys, _k: radius)
        if bulk is not None:
            patch.setattr(search, "bulk_pays", lambda _sites, _keys, _guides: bulk)
        if isa:
            patch.setenv(kernel.ISA_VARIABLE, isa)
        for name, value in constants.items():
            patch.setattr(builder if hasattr(builder, name) else search, name, value)
        yield


def built(
    contigs: dict[str, str],
    out: Path,
    *,
    compatible: bool = False,
    threads: int = 1,
    keys: Keys | None = None,
) -> Path:
    """Index contigs with the given key widths, and return the path of the index."""
    with chosen(keys=keys):
        build_index([io.BytesIO(fasta(contigs))], out, compatible=compatible, threads=threads)
    return out


class Row(NamedTuple):
    """An off-target, of the index or of the oracle."""

    contig: str
    start: int
    strand: str
    site: str
    pam: str
    mismatches: int


def product_rows(off_targets: Sequence[OffTarget]) -> dict[Row, tuple[float, float]]:
    rows = {
        Row(hit.contig, hit.start, hit.strand, hit.site, hit.pam, hit.mismatches): (hit.mit, hit.cfd)
        for hit in off_targets
    }
    assert len(rows) == len(off_targets), "a location is listed twice"
    return rows


def oracle_rows(near: Sequence[oracle.Near]) -> dict[Row, tuple[float, float]]:
    return {Row(*hit.location, hit.mismatches): (hit.mit, hit.cfd) for hit in near}


def assert_equals_oracle(
    opened: Index,
    guides: Sequence[str],
    locations: Sequence[oracle.Location],
    k: int,
    *,
    compatible: bool = False,
    threads: int = 1,
) -> None:
    """Compare counts and locations exactly, and scores to 1e-9 relative."""
    scored = opened.score(guides, k, compatible=compatible, threads=threads)
    assert len(scored) == len(guides)
    for guide, product in zip(guides, scored, strict=True):
        truth = oracle.score(guide, locations, k, compatible=compatible)
        assert product.counts == truth.counts
        # The kernel adds local scores as whole multiples of 2^-24: each location may be half of one off.
        rounding = sum(truth.counts) * kernel.SCORE_UNIT / 2 / 100
        assert (product.mit, product.cfd) == pytest.approx((truth.mit, truth.cfd), rel=1e-9 + rounding)
        found = product_rows(opened.off_targets(guide, k, compatible=compatible))
        expected = oracle_rows(oracle.find_near(guide, locations, k, compatible=compatible))
        assert found.keys() == expected.keys()
        for row, scores in found.items():
            assert scores == pytest.approx(expected[row], rel=1e-12)
