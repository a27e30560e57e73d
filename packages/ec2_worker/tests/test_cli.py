"""Test the program as systemd starts it: the instance's metadata, its stage's settings, NCBI, the steps, the exit code."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crackling_aws.models.genomes import GenomeState, Part, Source
from crackling_aws.stores.genomes import GenomeStore
from crackling_worker import cli
from crackling_worker.metadata import Metadata
from localcloud.standins.ncbi import NcbiStandIn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import SimpleNamespace

    from crackling_aws.models.genomes import Genome
    from localcloud.standins.imds import MetadataStandIn

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"])]

FASTA = Path(__file__).parents[3] / "sample" / "lambda_phage.fa"
GENOME, CLAIM = "GCF_000840245.1", "c" * 32


@pytest.fixture
def world(
    clients: SimpleNamespace, imds: MetadataStandIn, monkeypatch: pytest.MonkeyPatch
) -> Iterator[GenomeStore]:
    """A deployed stage, and this instance of it, which has no tags yet."""
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url)
    with NcbiStandIn({GENOME: FASTA}) as ncbi:
        settings = {
            "JOBS_TABLE": "jobs", "GENOMES_TABLE": "genomes", "GENOME_BUCKET": "genome",
            "SCAN_QUEUE_URL": clients.queue, "NCBI_URL": ncbi.url, "MAX_HOURS": "1",
        }  # fmt: skip
        clients.ssm.put_parameter(
            Name="/crackling/test/worker-settings", Value=json.dumps(settings), Type="String"
        )
        yield GenomeStore(clients.dynamodb, "genomes")


def found(genomes: GenomeStore, genome_id: str = GENOME) -> Genome:
    there = genomes.get(genome_id)
    assert there
    return there


def claim(genomes: GenomeStore) -> None:
    genomes.claim(GENOME, CLAIM, Source.ACCESSION, (Part.FASTA, Part.ISSL), time.time())


TAGS = {"crackling:genome": GENOME, "crackling:claim": CLAIM, "crackling:stage": "test"}


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_the_tags_say_what_to_do(
    world: GenomeStore, imds: MetadataStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    claim(world)
    imds.tags = TAGS
    assert cli.main([]) == 0
    assert found(world).state is GenomeState.READY
    lines = logged(capsys)
    assert [line["message"] for line in lines] == ["Begun", "Ready"]
    assert all((line["genome_id"], line["claim"]) == (GENOME, CLAIM) for line in lines)


def test_by_hand_it_takes_up_the_preparation_that_is_under_way(
    world: GenomeStore, capsys: pytest.CaptureFixture[str]
) -> None:
    claim(world)
    assert cli.main([GENOME, "--stage", "test"]) == 0
    assert found(world).state is GenomeState.READY


def test_a_genome_that_nobody_prepares_is_left_alone(
    world: GenomeStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([GENOME, "--stage", "test"]) == cli.MISUSED
    assert "is not being prepared" in logged(capsys)[-1]["message"]


def test_an_instance_without_tags_is_no_worker(
    world: GenomeStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([]) == cli.IDLE
    assert "no tag crackling:genome" in logged(capsys)[-1]["message"]


def test_a_machine_without_metadata_is_not_taken_for_an_idle_one(
    clients: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Metadata.wait, "__defaults__", (0.0,))
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
    assert cli.main([]) == cli.MISUSED


def test_by_hand_the_stage_must_be_said(world: GenomeStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([GENOME]) == cli.MISUSED
    assert "--stage" in logged(capsys)[-1]["message"]


def test_a_stage_that_is_not_deployed_is_told(
    world: GenomeStore, imds: MetadataStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    imds.tags = TAGS | {"crackling:stage": "other"}
    assert cli.main([]) == cli.MISUSED
    assert "deploy CracklingStack of stage other" in logged(capsys)[-1]["message"]


def test_an_unknown_assembly_fails_for_good(
    world: GenomeStore, imds: MetadataStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    world.claim("GCF_000000000.9", CLAIM, Source.ACCESSION, (Part.FASTA, Part.ISSL), time.time())
    imds.tags = TAGS | {"crackling:genome": "GCF_000000000.9"}
    assert cli.main([]) == 1
    assert "GCF_000000000.9" in (found(world, "GCF_000000000.9").reason or "")


def test_the_self_test_needs_no_instance(clients: SimpleNamespace) -> None:
    assert cli.main(["--self-test"]) == 0


def test_the_region_is_the_instances_where_nothing_says_another(
    world: GenomeStore,
    imds: MetadataStandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    claim(world)
    imds.tags = TAGS
    assert cli.main([]) == 0
    assert os.environ["AWS_DEFAULT_REGION"] == imds.region


def test_an_error_is_logged_as_one_line(
    world: GenomeStore,
    imds: MetadataStandIn,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("inside")

    claim(world)
    imds.tags = TAGS
    monkeypatch.setattr("crackling_aws.preparation.download.copy_fasta", fail)
    assert cli.main([]) == 75
    failed = next(line for line in logged(capsys) if line["level"] == "ERROR")
    assert "ZeroDivisionError: inside" in failed["exception"]
