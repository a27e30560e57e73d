from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crackling.errors import InputError
from crackling_aws.models.genomes import Part, Phase, Progress, Source
from crackling_aws.preparation.progress import FUNCTION_SECONDS, LostClaimError, Reporter
from crackling_aws.stores.genomes import GenomeStore
from fakes.known import known

if TYPE_CHECKING:
    from types import SimpleNamespace


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def genomes(cloud: SimpleNamespace) -> GenomeStore:
    store = GenomeStore(cloud.dynamodb, "genomes")
    assert store.claim("g", "c1", Source.ACCESSION, {Part.FASTA, Part.ISSL}, 1)
    return store


@pytest.fixture
def report(genomes: GenomeStore, clock: Clock) -> Reporter:
    return Reporter(genomes=genomes, genome_id="g", claim="c1", clock=clock)


def test_a_step_is_reported_at_once_and_then_every_two_seconds(
    genomes: GenomeStore, report: Reporter, clock: Clock
) -> None:
    report(Part.FASTA, 1, 10)
    clock.now += 1.9
    report(Part.FASTA, 2, 10)
    assert known(genomes.get("g")).progress == Progress(Part.FASTA, 1, 10)
    clock.now += 0.1
    report(Part.FASTA, 3, 10)
    assert known(genomes.get("g")).progress == Progress(Part.FASTA, 3, 10)
    report(Part.ISSL)
    assert known(genomes.get("g")).progress == Progress(Part.ISSL, 0, 0)
    report(Part.ISSL, 6, 10, Phase.WRITING)
    report(Part.ISSL, 7, 10, Phase.WRITING)
    assert known(genomes.get("g")).progress == Progress(Part.ISSL, 6, 10, Phase.WRITING)
    report(Part.ISSL, 7, 10, Phase.UPLOADING)
    assert known(genomes.get("g")).progress == Progress(Part.ISSL, 7, 10, Phase.UPLOADING)


def test_a_step_that_has_ended_is_not_the_current_one(genomes: GenomeStore, report: Reporter) -> None:
    """The latest report of a step is some seconds old when it ends: it would stand at 97% while the next one runs."""
    assert known(genomes.get("g")).current_progress is None
    report(Part.FASTA, 97, 100)
    assert known(genomes.get("g")).current_progress == Progress(Part.FASTA, 97, 100)
    genomes.fasta_done("g", "c1", 1, 100, 101)
    assert known(genomes.get("g")).current_progress is None
    report(Part.ISSL, 1, 100)
    assert known(genomes.get("g")).current_progress == Progress(Part.ISSL, 1, 100)
    genomes.issl_done("g", "c1", (), 102)
    genomes.mark_ready("g", "c1", 103)
    assert known(genomes.get("g")).current_progress is None


def test_a_beat_repeats_the_latest(genomes: GenomeStore, report: Reporter, clock: Clock) -> None:
    report.beat()
    assert known(genomes.get("g")).progress is None
    report(Part.FASTA, 1, 10)
    clock.now += 1
    report(Part.FASTA, 2, 10)
    report.beat()
    found = known(genomes.get("g"))
    assert (found.progress, found.updated) == (Progress(Part.FASTA, 2, 10), 101)


def test_work_for_a_lost_claim_is_stopped(genomes: GenomeStore, report: Reporter, clock: Clock) -> None:
    report(Part.FASTA, 1, 10)
    genomes.mark_failed("g", "c1", "reaped", 101)
    clock.now += 2
    with pytest.raises(LostClaimError):
        report(Part.FASTA, 2, 10)
    with pytest.raises(LostClaimError):
        report.beat()


def test_a_step_that_takes_too_long_fails_with_the_reason(genomes: GenomeStore, clock: Clock) -> None:
    """Lambda would kill the function instead, and nobody would read why."""
    report = Reporter(genomes=genomes, genome_id="g", claim="c1", clock=clock, max_seconds=FUNCTION_SECONDS)
    clock.now += 1_000  # the time runs from the first report on
    report(Part.ISSL, 1, 10)
    clock.now += FUNCTION_SECONDS
    report(Part.ISSL, 2, 10)
    clock.now += 1
    with pytest.raises(InputError, match="took longer than the 13 minutes"):
        report(Part.ISSL, 3, 10)
