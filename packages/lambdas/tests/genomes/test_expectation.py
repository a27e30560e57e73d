"""Test the expected duration of a preparation after none, one or many earlier ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackling_aws.models.genomes import Genome, GenomeState, Part, Source, Venue
from crackling_lambdas.genomes.expectation import (
    BASES_PER_SECOND,
    MAX_NEIGHBOURS,
    START_SECONDS,
    Expectations,
    expected_seconds,
)

if TYPE_CHECKING:
    from conftest import Cloud

ALL = frozenset(Part)
MB = 1_000_000
sizes = st.integers(1, 20_000 * MB)
durations = st.floats(1, 100_000)
venues = st.sampled_from(Venue)


def ready(
    bases: int | None, took: float, venue: Venue = Venue.LAMBDA, parts: frozenset[Part] = ALL
) -> Genome:
    return Genome(
        "g", GenomeState.READY, Source.UPLOAD, created=0, updated=1000 + took, claimed=1000,
        bases=bases, venue=venue, parts=parts,
    )  # fmt: skip


def expect(bases: int, past: list[Genome], venue: Venue = Venue.LAMBDA) -> float:
    return expected_seconds(bases, venue, past)


@pytest.mark.parametrize("venue", Venue)
def test_the_first_genome_ever_is_told_the_figures_of_the_bench(venue: Venue) -> None:
    seconds = START_SECONDS[venue] + 100 * MB / BASES_PER_SECOND
    assert expect(100 * MB, [], venue) == seconds


@given(sizes, durations, venues)
def test_the_same_size_again_takes_as_long(bases: int, took: float, venue: Venue) -> None:
    assert expect(bases, [ready(bases, took, venue)], venue) == pytest.approx(took)


@given(sizes, sizes, st.lists(st.tuples(sizes, durations)))
def test_a_larger_genome_never_takes_less_than_a_smaller_one_by_the_same_past(
    one: int, other: int, past: list[tuple[int, float]]
) -> None:
    """As long as both have the same neighbours."""
    known = [ready(bases, took) for bases, took in past[:MAX_NEIGHBOURS]]
    small, large = sorted((one, other))
    assert expect(small, known) <= expect(large, known)


@given(sizes, st.lists(st.tuples(sizes, st.floats(0.5, 2)), min_size=1))
def test_it_lies_between_the_slowest_and_the_fastest(bases: int, past: list[tuple[int, float]]) -> None:
    known = [ready(size, factor * expect(size, [])) for size, factor in past]
    assert 0.5 * expect(bases, []) <= expect(bases, known) * 1.0001
    assert expect(bases, known) <= 2.0001 * expect(bases, [])


@given(sizes, st.integers(1, MAX_NEIGHBOURS // 2), durations)
def test_odd_ones_in_the_minority_move_nothing(bases: int, odd: int, took: float) -> None:
    usual = [ready(bases, took)] * (odd + 1)
    assert expect(bases, [ready(bases, 50 * took)] * odd + usual) == pytest.approx(took)


def test_the_nearest_in_size_count() -> None:
    small, large = [ready(5 * MB, 30)] * MAX_NEIGHBOURS, [ready(3_000 * MB, 9_000)] * MAX_NEIGHBOURS
    assert expect(6 * MB, small + large) < 40
    assert expect(2_900 * MB, small + large) > 8_000


def test_other_places_and_what_is_not_ready_tell_nothing() -> None:
    failed = Genome("g", GenomeState.FAILED, Source.UPLOAD, 0, 9_000, claimed=0, bases=MB, venue=Venue.LAMBDA)
    others = [ready(MB, 9_000, Venue.WORKER), ready(None, 9_000), ready(MB, 0), failed]
    assert expect(MB, others) == expect(MB, [])


def test_the_genomes_of_the_table_tell(cloud: Cloud) -> None:
    cloud.genomes.claim("g", "c", Source.UPLOAD, ALL, 100)
    cloud.genomes.begun("g", "c", Venue.LAMBDA, 90, 15, None, 101)
    cloud.genomes.fasta_done("g", "c", 1, 90, 102)
    cloud.genomes.mark_ready("g", "c", 160)
    expectations = Expectations(genomes=cloud.genomes, lambda_limit_bases=100)
    assert [expectations.venue(bases) for bases in (100, 101)] == [Venue.LAMBDA, Venue.WORKER]
    here, elsewhere = expectations.of([90, 101])
    assert (round(here), round(elsewhere)) == (60, START_SECONDS[Venue.WORKER])
