from __future__ import annotations

import pytest

from crackling_aws.models.genomes import Part, Progress, Source
from crackling_aws.preparation.progress import LostClaimError, Reporter
from crackling_aws.stores.genomes import GenomeStore


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def genomes(cloud):
    store = GenomeStore(cloud.dynamodb, "genomes")
    assert store.claim("g", "c1", Source.ACCESSION, {Part.FASTA, Part.ISSL}, 1)
    return store


@pytest.fixture
def report(genomes, clock):
    return Reporter(genomes=genomes, genome_id="g", claim="c1", clock=clock)


def test_a_step_is_reported_at_once_and_then_every_two_seconds(genomes, report, clock):
    report(Part.FASTA, 1, 10)
    clock.now += 1.9
    report(Part.FASTA, 2, 10)
    assert genomes.get("g").progress == Progress(Part.FASTA, 1, 10)
    clock.now += 0.1
    report(Part.FASTA, 3, 10)
    assert genomes.get("g").progress == Progress(Part.FASTA, 3, 10)
    report(Part.ISSL)
    assert genomes.get("g").progress == Progress(Part.ISSL, 0, 0)


def test_a_beat_repeats_the_latest(genomes, report, clock):
    report.beat()
    assert genomes.get("g").progress is None
    report(Part.FASTA, 1, 10)
    clock.now += 1
    report(Part.FASTA, 2, 10)
    report.beat()
    found = genomes.get("g")
    assert (found.progress, found.updated) == (Progress(Part.FASTA, 2, 10), 101)


def test_work_for_a_lost_claim_is_stopped(genomes, report, clock):
    report(Part.FASTA, 1, 10)
    genomes.mark_failed("g", "c1", "reaped", 101)
    clock.now += 2
    with pytest.raises(LostClaimError):
        report(Part.FASTA, 2, 10)
    with pytest.raises(LostClaimError):
        report.beat()
