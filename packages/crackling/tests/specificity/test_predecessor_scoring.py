"""Test how sites are counted and weighed where the published program differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crackling.specificity import Index, Specificity
from crackling.specificity.plan import Keys
from support.building import built

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Score = Callable[..., list[Specificity]]

F = "ACGATCGATACGATCATGAC"
NAG_WEIGHT = 0.259259259


@pytest.fixture
def score(tmp_path: Path) -> Score:
    """Return the scores of guides in a genome of the given windows, with N between them."""

    def score(
        windows: Sequence[str],
        guides: Sequence[str] = (F,),
        k: int = 4,
        *,
        compatible: bool = False,
        keys: Keys | None = None,
    ) -> list[Specificity]:
        with Index.open(built({"a": "N".join(windows)}, tmp_path / "genome.issl", keys=keys)) as index:
            return index.score(guides, k, compatible=compatible)

    return score


def changed(*positions: int) -> str:
    """Return F with other bases at these positions, counted from 1."""
    return "".join(
        {"A": "C", "C": "A", "G": "T", "T": "G"}[b] if i in positions else b for i, b in enumerate(F, start=1)
    )


@pytest.mark.parametrize("copies", [1, 2, 5, 6, 7, 89, 90, 91, 300])
def test_copies_of_a_site_are_one_entry_that_counts_them(tmp_path: Path, copies: int) -> None:
    """This holds for any PAM, any order, and more copies than an entry can count."""
    windows = [F + ("TGG" if i % 3 else "CAG") for i in range(copies)]
    with Index.open(built({"a": "N".join(windows)}, tmp_path / "copies.issl")) as index:
        assert (index.shards[0].header.sites, index.shards[0].header.distinct_sites) == (copies, 1)
        assert index.score([F])[0].counts == (copies, 0, 0, 0, 0)
        assert [hit.pam for hit in index.off_targets(F)] == sorted((w[20:] for w in windows), reverse=True)


def test_the_order_of_the_genome_does_not_matter(score: Score) -> None:
    """The published program keeps copies apart unless its input is sorted."""
    near = changed(20)
    mixed = score([F + "TGG", near + "TGG", F + "TGG", near + "TGG"])
    assert mixed == score([F + "TGG", F + "TGG", near + "TGG", near + "TGG"])
    assert mixed[0].mit == pytest.approx(54.525627, abs=1e-6)


@pytest.mark.parametrize("keys", [Keys(5, 5), Keys(8, 8), Keys(10, 10), Keys(12, 8), Keys(5, 12)], ids=str)
def test_wide_keys_miss_nothing(score: Score, keys: Keys) -> None:
    """A slice width above 8 bits loses sites in the published program."""
    pairs = [(i, j) for i in range(1, 21) for j in range(i + 1, 21)]
    assert score([changed(i, j) + "TGG" for i, j in pairs], keys=keys)[0].counts == (0, 0, len(pairs), 0, 0)


def test_a_perfect_match_adds_nothing_to_mit_and_one_to_cfd(score: Score) -> None:
    """A guide whose only near site is its own has 100 and 99.0099; one that is absent has 100 and 100."""
    own, absent = score([F + "TGG"], [F, "G" * 20])
    assert (own.mit, own.counts) == (100.0, (1, 0, 0, 0, 0))
    assert own.cfd == pytest.approx(10000 / 101)
    assert absent == Specificity(100.0, 100.0, (0, 0, 0, 0, 0))


@pytest.mark.parametrize(("copies", "cfd"), [(5, 95.238095), (20, 83.333333), (34, 74.626866)])
def test_cfd_local_scores_are_on_the_scale_of_one(score: Score, copies: int, cfd: float) -> None:
    """Both sums are used in 10000 / (100 + sum), but only MIT's is in per cent."""
    scored = score([F + "TGG"] * copies)[0]
    assert scored.mit == 100.0
    assert scored.cfd == pytest.approx(cfd, abs=1e-6)


def test_a_nag_site_weighs_less_for_cfd_unless_compatible(score: Score) -> None:
    """The published program weighs every PAM as NGG."""
    windows = [F + "TAG", changed(20) + "CGG", changed(20) + "CAG"]
    local = 10000 / score([changed(20) + "TGG"])[0].cfd - 100
    assert score(windows)[0].cfd == pytest.approx(10000 / (100 + NAG_WEIGHT + local + NAG_WEIGHT * local))
    assert score(windows, compatible=True)[0].cfd == pytest.approx(10000 / (101 + 2 * local))
    assert score(windows)[0].mit == score(windows, compatible=True)[0].mit


def test_there_is_no_early_exit(score: Score) -> None:
    """The published program stops when the sum is large and prints what it has by then."""
    windows = [F + "TGG"] * 40 + [changed(1) + "TGG"] * 10 + [changed(20) + "TGG"] * 10
    mit, cfd, counts = score(windows)[0]
    assert counts == (40, 20, 0, 0, 0)
    assert mit == pytest.approx(6.591958, abs=1e-6)
    assert cfd == pytest.approx(65.116279, abs=1e-6)


@pytest.mark.parametrize(
    "positions", [(1, 2, 3, 4, 5), (4, 8, 12, 16, 20), (1, 4, 8, 12, 16, 20), (15, 16, 17, 18, 19, 20)]
)
def test_more_than_four_mismatches_are_honoured(score: Score, positions: tuple[int, ...]) -> None:
    """The published program accepts 5 and then misses sites or weighs them 0."""
    windows, n = [changed(*positions) + "TGG"], len(positions)
    assert sum(score(windows, k=n - 1)[0].counts) == 0
    found = score(windows, k=n)[0]
    assert found.counts == (0,) * n + (1,)
    assert found.mit < 100
    assert found.cfd < 100 or 16 in positions  # CFD gives this mismatch at position 16 the weight 0


def test_guides_come_back_in_their_order_and_twice_if_given_twice(score: Score) -> None:
    """The scores are in the order of the input, and equal guides have equal scores."""
    near = changed(3)
    guides = [near, F, "G" * 20, F, near] * 200
    scored = score([F + "TGG", F + "TGG", near + "TGG"], guides)
    assert [row.counts[:2] for row in scored] == [(1, 2), (2, 1), (0, 0), (2, 1), (1, 2)] * 200
    assert scored == scored[:5] * 200


def test_no_guides(score: Score) -> None:
    """Scoring an empty list returns an empty list."""
    assert score([F + "TGG"], []) == []


@pytest.mark.parametrize("genome", ["", "N" * 500, "A" * 500, F, "ACGT"])
def test_a_genome_without_sites_is_a_valid_one(tmp_path: Path, genome: str) -> None:
    """Guides without any near site are scored."""
    with Index.open(built({"a": genome, "empty": ""}, tmp_path / "none.issl")) as index:
        assert index.contigs == [("a", len(genome)), ("empty", 0)]
        assert (index.shards[0].header.sites, index.shards[0].header.distinct_sites) == (0, 0)
        assert index.score([F], 6) == [Specificity(100.0, 100.0, (0,) * 7)]
        assert index.off_targets(F, 6) == []
