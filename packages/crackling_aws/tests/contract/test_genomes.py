from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from crackling_aws.models.genomes import Bowtie2State, GenomeState, IndexFile, Part, Progress, Source, Venue
from crackling_aws.stores.genomes import GenomeStore
from fakes.known import known

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import SimpleNamespace

PARTS = frozenset([Part.FASTA, Part.ISSL])
FILES = (IndexFile("genomes/g/c1/genome.1-of-2.issl", 600), IndexFile("genomes/g/c1/genome.2-of-2.issl", 400))


@pytest.fixture
def genomes(cloud: SimpleNamespace) -> GenomeStore:
    return GenomeStore(cloud.dynamodb, "genomes")


def prepared(genomes: GenomeStore) -> None:
    assert genomes.claim("g", "c1", Source.UPLOAD, PARTS, 2)
    assert genomes.fasta_done("g", "c1", contigs=3, bases=48502, now=3)
    assert genomes.issl_done("g", "c1", FILES, 4)


def test_an_upload_is_announced_and_announced_again(genomes: GenomeStore) -> None:
    assert genomes.get("g") is None
    assert genomes.expect_upload("g", "Phage", 1, expires=9)
    assert genomes.expect_upload("g", None, 2, expires=9)
    found = known(genomes.get("g"))
    assert (found.state, found.source, found.name) == (GenomeState.UPLOADING, Source.UPLOAD, None)


def test_only_its_owner_announces_a_genome_again(genomes: GenomeStore) -> None:
    assert genomes.expect_upload("g", None, 1, expires=9, owner="ada")
    assert not genomes.expect_upload("g", None, 2, expires=9, owner="bob")
    assert not genomes.expect_upload("g", None, 2, expires=9)
    assert genomes.expect_upload("g", "Phage", 3, expires=9, owner="ada")
    genomes.claim("g", "c", Source.UPLOAD, [Part.FASTA], 4)
    genomes.mark_failed("g", "c", "a protein", 5)
    assert known(genomes.get("g")).owner == "ada"
    assert not genomes.expect_upload("g", None, 6, expires=9, owner="bob")


def test_a_genome_without_an_owner_is_announced_by_anybody(genomes: GenomeStore) -> None:
    assert genomes.expect_upload("g", None, 1, expires=9)
    assert genomes.expect_upload("g", None, 2, expires=9, owner="ada")
    assert known(genomes.get("g")).owner == "ada"


def test_one_claim_wins(genomes: GenomeStore) -> None:
    genomes.expect_upload("g", "Phage", 1, expires=9)
    assert genomes.claim("g", "c1", Source.UPLOAD, PARTS, 2)
    assert not genomes.claim("g", "c2", Source.UPLOAD, PARTS, 3)
    assert not genomes.expect_upload("g", "Other", 4, expires=9)
    found = known(genomes.get("g"))
    assert (found.state, found.claim, found.parts, found.done) == (
        GenomeState.PREPARING,
        "c1",
        PARTS,
        frozenset(),
    )
    assert (found.name, found.created, found.updated) == ("Phage", 1, 2)


def test_a_genome_that_is_not_known_can_be_claimed(genomes: GenomeStore) -> None:
    assert genomes.claim("GCF_000840245.1", "c1", Source.ACCESSION, {Part.FASTA, Part.ISSL}, 2)
    assert known(genomes.get("GCF_000840245.1")).created == 2


def test_parts_add_up_and_a_repetition_changes_nothing(genomes: GenomeStore) -> None:
    prepared(genomes)
    assert genomes.issl_done("g", "c1", FILES, 4)
    found = known(genomes.get("g"))
    assert found.prepared
    assert (found.contigs, found.bases, found.files, found.index_bytes) == (3, 48502, FILES, 1000)
    assert found.preparation_seconds is None
    assert genomes.mark_ready("g", "c1", 6.5)
    found = known(genomes.get("g"))
    assert (found.state, found.preparation_seconds) == (GenomeState.READY, 4.5)


def test_a_preparation_that_is_over_changes_no_more(genomes: GenomeStore) -> None:
    prepared(genomes)
    assert genomes.mark_ready("g", "c1", 6)
    ready = known(genomes.get("g"))
    assert not genomes.mark_ready("g", "c1", 7)
    assert not genomes.mark_failed("g", "c1", "late", 7)
    assert not genomes.issl_done("g", "c1", FILES[:1], 7)
    assert not genomes.claim("g", "c2", Source.UPLOAD, PARTS, 7)
    assert genomes.get("g") == ready


def test_a_stale_claim_changes_nothing(genomes: GenomeStore) -> None:
    genomes.claim("g", "c1", Source.UPLOAD, PARTS, 2)
    before = known(genomes.get("g"))
    assert not genomes.fasta_done("g", "c0", 1, 1, 3)
    assert not genomes.mark_failed("g", "c0", "late", 3)
    assert not genomes.fasta_done("unknown", "c0", 1, 1, 3)
    assert genomes.get("g") == before
    assert genomes.get("unknown") is None


def test_a_failed_genome_is_claimed_anew_from_nothing(genomes: GenomeStore) -> None:
    prepared(genomes)
    assert genomes.mark_failed("g", "c1", "broken", 6)
    assert known(genomes.get("g")).reason == "broken"
    assert genomes.claim("g", "c2", Source.UPLOAD, PARTS, 7)
    found = known(genomes.get("g"))
    assert (found.done, found.reason, found.files, found.claim) == (frozenset(), None, (), "c2")
    assert (found.venue, found.progress, found.worker, found.organism) == (None, None, None, None)
    assert (found.expected_bases, found.bases, found.claimed, found.created) == (None, None, 7, 2)
    assert (found.expected_seconds, found.preparation_seconds) == (None, None)


def test_a_preparation_begins_once_and_shows_its_progress(genomes: GenomeStore) -> None:
    genomes.claim("g", "c1", Source.ACCESSION, PARTS, 2)
    assert not genomes.begun("g", "c0", Venue.LAMBDA, 5, 20, None, 3)
    assert genomes.begun("g", "c1", Venue.WORKER, 48502, 170.6, "Lambdavirus lambda", 4)
    assert not genomes.begun("g", "c1", Venue.LAMBDA, 9, 20, None, 5)
    found = known(genomes.get("g"))
    assert (found.venue, found.expected_bases, found.organism) == (Venue.WORKER, 48502, "Lambdavirus lambda")
    assert found.expected_seconds == 171
    assert (found.worker, found.progress, found.attempts, found.claimed) == (None, None, 0, 2)
    assert genomes.launched("g", "c1", "i-1", 6)
    assert genomes.progress("g", "c1", Progress(Part.FASTA, 10, 48502), 7)
    found = known(genomes.get("g"))
    assert (found.worker, found.progress, found.updated) == ("i-1", Progress(Part.FASTA, 10, 48502), 7)


def test_a_heartbeat_keeps_a_preparation_from_being_stalled(genomes: GenomeStore) -> None:
    genomes.claim("g", "c1", Source.ACCESSION, PARTS, 2)
    assert genomes.progress("g", "c1", Progress(Part.ISSL, 0, 0), 30)
    assert not genomes.fail_stalled("g", "c1", "stuck", before=30, now=40)


def test_a_lost_claim_reports_nothing(genomes: GenomeStore) -> None:
    genomes.claim("g", "c1", Source.ACCESSION, PARTS, 2)
    assert not genomes.progress("g", "c0", Progress(Part.ISSL, 1, 2), 3)
    assert not genomes.launched("g", "c0", "i-0", 3)
    genomes.mark_failed("g", "c1", "x", 3)
    assert not genomes.progress("g", "c1", Progress(Part.ISSL, 1, 2), 4)


def test_a_stalled_preparation_fails_once_and_only_if_it_stands_still(genomes: GenomeStore) -> None:
    genomes.claim("g", "c1", Source.UPLOAD, PARTS, 20)
    assert not genomes.fail_stalled("g", "c1", "stuck", before=20, now=30)
    assert not genomes.fail_stalled("g", "c0", "stuck", before=25, now=30)
    assert genomes.fail_stalled("g", "c1", "stuck", before=25, now=30)
    assert not genomes.fail_stalled("g", "c1", "stuck", before=40, now=50)


def test_a_genome_in_preparation_is_not_deleted(genomes: GenomeStore) -> None:
    genomes.claim("g", "c1", Source.UPLOAD, PARTS, 2)
    assert not genomes.delete("g")
    genomes.mark_failed("g", "c1", "x", 3)
    assert genomes.delete("g")
    assert genomes.delete("g")
    assert genomes.get("g") is None


def test_waiters_are_told_apart_from_genomes_and_from_each_other(genomes: GenomeStore) -> None:
    for genome, job in (("g", "j2"), ("g", "j1"), ("g2", "j3"), ("g", "j1")):
        genomes.add_waiter(genome, job, expires=9)
    genomes.claim("g", "c1", Source.UPLOAD, PARTS, 2)
    assert list(genomes.waiters("g")) == ["j1", "j2"]
    assert [genome.genome_id for genome in genomes.list()] == ["g"]
    genomes.remove_waiter("g", "j1")
    genomes.remove_waiter("g", "j1")
    assert list(genomes.waiters("g")) == ["j2"]


def test_the_bowtie2_index_of_a_ready_genome_is_asked_for_once(genomes: GenomeStore) -> None:
    prepared(genomes)
    assert not genomes.ask_for_bowtie2("g", "c1", before=0, now=5)
    assert genomes.mark_ready("g", "c1", 6)
    assert not genomes.end_bowtie2("g", "c1", Bowtie2State.READY)
    assert genomes.ask_for_bowtie2("g", "c1", before=0, now=7)
    assert not genomes.ask_for_bowtie2("g", "c1", before=7, now=8)
    found = known(genomes.get("g"))
    assert (found.bowtie2, found.bowtie2_asked, found.updated) == (Bowtie2State.PREPARING, 7, 6)
    assert genomes.ask_for_bowtie2("g", "c1", before=7.5, now=9), "its message was lost"
    assert genomes.end_bowtie2("g", "c1", Bowtie2State.FAILED)
    assert genomes.ask_for_bowtie2("g", "c1", before=0, now=10)
    assert genomes.end_bowtie2("g", "c1", Bowtie2State.READY)
    assert not genomes.ask_for_bowtie2("g", "c1", before=99, now=100)
    assert known(genomes.get("g")).bowtie2 is Bowtie2State.READY


def test_a_genome_that_was_replaced_takes_no_bowtie2_index(genomes: GenomeStore) -> None:
    prepared(genomes)
    genomes.mark_ready("g", "c1", 6)
    assert not genomes.ask_for_bowtie2("g", "c0", before=0, now=7)
    assert genomes.ask_for_bowtie2("g", "c1", before=0, now=7)
    genomes.delete("g")
    genomes.claim("g", "c2", Source.UPLOAD, PARTS, 8)
    assert not genomes.end_bowtie2("g", "c1", Bowtie2State.READY)
    assert known(genomes.get("g")).bowtie2 is None


def make_ready(genomes: GenomeStore, claim: str) -> None:
    assert genomes.claim("g", claim, Source.UPLOAD, [Part.ISSL], 1)
    assert genomes.issl_done("g", claim, FILES, 2)
    assert genomes.mark_ready("g", claim, 3)


def test_a_genome_in_use_is_retired(genomes: GenomeStore) -> None:
    make_ready(genomes, "c1")
    assert genomes.use("g", "c1", 50)
    assert genomes.use("g", "c1", 40)
    assert known(genomes.get("g")).used_until == 50
    before = known(genomes.preparation("g", "c1"))
    assert genomes.delete("g")
    assert genomes.get("g") is None
    assert not genomes.use("g", "c1", 60)
    assert genomes.preparation("g", "c1") == replace(before, retired=True)
    make_ready(genomes, "c2")
    assert genomes.preparation("g", "c1") == replace(before, retired=True)
    assert known(genomes.preparation("g", "c2")).used_until is None
    assert [(found.claim, found.used_until) for found in genomes.retirement.all()] == [("c1", 50)]
    assert genomes.retirement.claims("g") == {"c1"}
    assert [genome.claim for genome in genomes.list()] == ["c2"]
    genomes.retirement.remove("g", "c1")
    assert genomes.preparation("g", "c1") is None
    assert not genomes.retirement.claims("g")


def test_a_genome_that_nobody_uses_leaves_nothing(genomes: GenomeStore) -> None:
    make_ready(genomes, "c1")
    assert genomes.delete("g")
    assert genomes.preparation("g", "c1") is None
    assert not list(genomes.retirement.all())


def test_only_a_genome_that_is_ready_is_used(genomes: GenomeStore) -> None:
    assert not genomes.use("g", "c1", 50)
    genomes.claim("g", "c1", Source.UPLOAD, [Part.ISSL], 1)
    assert not genomes.use("g", "c1", 50)
    genomes.mark_ready("g", "c1", 3)
    assert not genomes.use("g", "c0", 50)
    assert known(genomes.get("g")).used_until is None


def make_whole(genomes: GenomeStore, claim: str, now: float) -> None:
    assert genomes.claim("g", claim, Source.UPLOAD, PARTS, now)
    assert genomes.begun("g", claim, Venue.WORKER, 50_000, 20, "Lambda", now)
    assert genomes.launched("g", claim, "i-1", now)
    assert genomes.fasta_done("g", claim, contigs=3, bases=48502, now=now)
    assert genomes.issl_done("g", claim, FILES, now)
    assert genomes.mark_ready("g", claim, now)


def test_an_index_that_is_damaged_is_built_anew_once(genomes: GenomeStore) -> None:
    assert not genomes.mark_damaged("g", "c1", 1)
    make_whole(genomes, "c1", 2)
    genomes.use("g", "c1", 50)
    assert not genomes.mark_damaged("g", "c0", 3)
    assert not genomes.fail_damaged("g", "c1", "why", 3)
    assert genomes.mark_damaged("g", "c1", 4)
    assert not genomes.mark_damaged("g", "c1", 5)
    found = known(genomes.get("g"))
    assert (found.state, found.done, found.damaged) == (GenomeState.PREPARING, frozenset([Part.FASTA]), 4)
    assert (found.venue, found.worker, found.expected_seconds) == (None, None, None)
    assert (found.bases, found.organism, found.files, found.used_until) == (48502, "Lambda", FILES, 50)
    assert genomes.preparation("g", "c1") == found
    assert genomes.preparation("g", "c0") is None
    assert not genomes.use("g", "c1", 60)
    assert not genomes.delete("g")
    assert genomes.begun("g", "c1", Venue.LAMBDA, 48502, 10, "Lambda", 6)
    assert genomes.issl_done("g", "c1", FILES, 7)
    assert genomes.mark_ready("g", "c1", 8)
    assert known(genomes.get("g")).preparation_seconds is None
    assert not genomes.mark_damaged("g", "c1", 9)
    assert genomes.fail_damaged("g", "c1", "again", 9)
    found = known(genomes.preparation("g", "c1"))
    assert (found.state, found.reason, found.files) == (GenomeState.FAILED, "again", FILES)


@pytest.mark.parametrize("anew", ["claimed", "announced", "deleted"])
def test_a_genome_in_use_that_failed_is_retired_when_it_is_replaced(genomes: GenomeStore, anew: str) -> None:
    make_whole(genomes, "c1", 2)
    genomes.use("g", "c1", 50)
    genomes.mark_damaged("g", "c1", 4)
    genomes.mark_failed("g", "c1", "no sequence", 5)
    before = known(genomes.get("g"))
    match anew:
        case "claimed":
            assert genomes.claim("g", "c2", Source.UPLOAD, PARTS, 6)
            assert known(genomes.get("g")).used_until is None
            assert known(genomes.get("g")).damaged is None
        case "announced":
            assert genomes.expect_upload("g", "Phage", 6, 90)
            assert known(genomes.get("g")).state is GenomeState.UPLOADING
        case _:
            assert genomes.delete("g")
            assert genomes.get("g") is None
    assert genomes.preparation("g", "c1") == replace(before, retired=True)
    assert genomes.retirement.claims("g") == {"c1"}


def test_a_claim_retires_nothing_that_was_replaced_meanwhile(
    cloud: SimpleNamespace, genomes: GenomeStore
) -> None:
    make_whole(genomes, "c1", 2)
    genomes.use("g", "c1", 50)
    genomes.mark_damaged("g", "c1", 4)
    genomes.mark_failed("g", "c1", "no sequence", 5)
    first: Any = Meddling(
        cloud.dynamodb, "transact_write_items", lambda: genomes.claim("g", "c2", Source.UPLOAD, PARTS, 6)
    )
    assert not GenomeStore(first, "genomes").claim("g", "c3", Source.UPLOAD, PARTS, 7)
    assert known(genomes.get("g")).claim == "c2"


def test_a_job_that_waits_again_is_not_forgotten_by_an_earlier_release(genomes: GenomeStore) -> None:
    genomes.add_waiter("g", "j", 90)
    genomes.await_repair("g", "j", 90, 4.5)
    genomes.add_waiter("g", "j", 90)
    assert not genomes.release_waiter("g", "j", None)
    assert list(genomes.waiters("g")) == ["j"]
    assert genomes.release_waiter("g", "j", 4.5)
    assert not list(genomes.waiters("g"))
    genomes.add_waiter("g", "j", 90)
    assert genomes.release_waiter("g", "j", 4.5)
    assert genomes.release_waiter("g", "j", None)


def test_all_genomes_that_jobs_wait_for(genomes: GenomeStore) -> None:
    genomes.add_waiter("g", "j1", 9)
    genomes.add_waiter("g", "j2", 9)
    genomes.add_waiter("h", "j3", 9)
    make_ready(genomes, "c1")
    assert genomes.awaited() == {"g", "h"}


class Meddling:
    """Stand for a client of DynamoDB that another one gets in front of, once, just before a call."""

    def __init__(self, client: Any, call: str, meddle: Callable[[], object]) -> None:
        self._client, self._call, self._meddle = client, call, [meddle]

    def __getattr__(self, name: str) -> Any:
        if name == self._call and self._meddle:
            self._meddle.pop()()
        return getattr(self._client, name)


def test_a_use_that_is_noted_during_a_deletion_is_seen(cloud: SimpleNamespace, genomes: GenomeStore) -> None:
    make_ready(genomes, "c1")
    first: Any = Meddling(cloud.dynamodb, "delete_item", lambda: genomes.use("g", "c1", 50))
    assert GenomeStore(first, "genomes").delete("g")
    assert known(genomes.preparation("g", "c1")).used_until == 50
    make_ready(genomes, "c2")
    genomes.use("g", "c2", 60)
    longer: Any = Meddling(cloud.dynamodb, "transact_write_items", lambda: genomes.use("g", "c2", 70))
    assert GenomeStore(longer, "genomes").delete("g")
    assert known(genomes.preparation("g", "c2")).used_until == 70


def test_what_is_replaced_meanwhile_is_not_used(cloud: SimpleNamespace, genomes: GenomeStore) -> None:
    def replace_genome() -> None:
        genomes.delete("g")
        make_ready(genomes, "c2")

    make_ready(genomes, "c1")
    late: Any = Meddling(cloud.dynamodb, "update_item", replace_genome)
    assert not GenomeStore(late, "genomes").use("g", "c1", 50)
    assert known(genomes.get("g")).used_until is None


def test_what_is_replaced_during_a_deletion_is_not_retired_by_the_old_claim(
    cloud: SimpleNamespace, genomes: GenomeStore
) -> None:
    def replace_genome() -> None:
        genomes.delete("g")
        make_ready(genomes, "c2")
        genomes.use("g", "c2", 50)

    make_ready(genomes, "c1")
    genomes.use("g", "c1", 50)
    late: Any = Meddling(cloud.dynamodb, "transact_write_items", replace_genome)
    assert GenomeStore(late, "genomes").delete("g")
    assert genomes.retirement.claims("g") == {"c1", "c2"}


def test_a_genome_is_shared_by_its_owner_and_stays_so_when_it_is_prepared(genomes: GenomeStore) -> None:
    assert genomes.expect_upload("g", None, 1, expires=9, owner="ada")
    assert not known(genomes.get("g")).shared
    assert genomes.share("g", "ada", shared=True)
    prepared(genomes)
    assert genomes.mark_ready("g", "c1", 5)
    assert known(genomes.get("g")).shared
    assert not genomes.share("g", "bob", shared=False)
    assert genomes.share("g", "ada", shared=False)
    assert not known(genomes.get("g")).shared
    assert not genomes.share("none", "ada", shared=True)
    assert genomes.expect_upload("h", None, 1, expires=9, owner="ada", shared=True)
    assert known(genomes.get("h")).shared
