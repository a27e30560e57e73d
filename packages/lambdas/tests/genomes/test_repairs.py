"""Test who has a damaged index built anew, and which jobs wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crackling.errors import IndexFileError, InputError
from crackling_aws.models.genomes import Genome, GenomeState, Part, Source
from crackling_aws.models.jobs import Job, JobOptions
from crackling_aws.preparation.release import Failure
from crackling_lambdas.genomes.repairs import Repairs
from fakes.known import known

if TYPE_CHECKING:
    from conftest import Cloud

DAMAGE = IndexFileError("the index is damaged")
JOB = Job("j", "g", JobOptions(), 200, created=1, updated=1, expires=90, claim="c1")


@pytest.fixture
def repairs(cloud: Cloud) -> Repairs:
    """Return repairs of a genome that is ready."""
    cloud.genomes.claim("g", "c1", Source.UPLOAD, [Part.FASTA, Part.ISSL], 1)
    cloud.genomes.fasta_done("g", "c1", 1, 8, 2)
    finish(cloud)
    failure = Failure(genomes=cloud.genomes, jobs=cloud.jobs, clock=lambda: cloud.now)
    return Repairs(genomes=cloud.genomes, failure=failure, clock=lambda: cloud.now)


def finish(cloud: Cloud) -> None:
    assert cloud.genomes.issl_done("g", "c1", [], 3)
    assert cloud.genomes.mark_ready("g", "c1", 4)


def genome(cloud: Cloud) -> Genome:
    return known(cloud.genomes.get("g"))


def test_damage_that_was_seen_before_the_repair_is_not_the_second(cloud: Cloud, repairs: Repairs) -> None:
    """A slow function reports it when the index has been built anew already."""
    seen = genome(cloud)
    repairs.begin(seen, "c1", DAMAGE)
    repairs.begin(seen, "c1", DAMAGE)
    assert genome(cloud).under_repair
    finish(cloud)
    repairs.begin(seen, "c1", DAMAGE)
    assert genome(cloud).state is GenomeState.READY
    assert repairs.wait(JOB, "c1") == genome(cloud), "the job need not wait"
    repairs.begin(genome(cloud), "c1", DAMAGE)
    assert genome(cloud).state is GenomeState.FAILED


def test_a_job_waits_while_the_index_is_built_anew(cloud: Cloud, repairs: Repairs) -> None:
    repairs.begin(genome(cloud), "c1", DAMAGE)
    assert repairs.wait(JOB, "c1") is None
    assert list(cloud.genomes.waiters("g")) == ["j"]


def test_an_index_that_becomes_whole_while_a_job_begins_to_wait_is_used(
    cloud: Cloud, repairs: Repairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    repairs.begin(genome(cloud), "c1", DAMAGE)
    wait = cloud.genomes.await_repair

    def late(genome_id: str, job_id: str, expires: int, damaged: float) -> None:
        wait(genome_id, job_id, expires, damaged)
        finish(cloud)

    monkeypatch.setattr(cloud.genomes, "await_repair", late)
    assert repairs.wait(JOB, "c1") == genome(cloud)


def test_another_preparation_is_not_waited_for(cloud: Cloud, repairs: Repairs) -> None:
    cloud.genomes.delete("g")
    cloud.genomes.claim("g", "c2", Source.UPLOAD, [Part.FASTA, Part.ISSL], 5)
    with pytest.raises(InputError, match="was deleted or replaced since; submit the job again"):
        repairs.wait(JOB, "c1")
    assert not list(cloud.genomes.waiters("g"))
