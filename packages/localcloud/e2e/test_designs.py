"""Test that a job's results equal the command line's, and that its progress can be watched."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from crackling.results import FORMATS, Format
from crackling.sequences.fasta import parse_query
from crackling_aws.messages import ListOffTargets, dump
from crackling_aws.stores.keys import off_targets
from expected import Expected, many_contigs, rows
from local_stage import SAMPLE, SAMPLE_GENOME
from plumbing import STACK, Queues, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from delivery.api_client import ApiClient
    from localcloud.cloud import LocalCloud
    from web import Web

QUERY = SAMPLE / "cI.fa"
STAGES = ("queued", "preparing", "scanning", "scoring", "complete")


def watch(api: ApiClient, job: str) -> list[dict[str, Any]]:
    """Return the API's answers about a job from its submission to its end."""
    answers = [api.get(f"/jobs/{job}")]
    while answers[-1]["status"] not in ("complete", "failed"):
        time.sleep(0.05)
        answers.append(api.get(f"/jobs/{job}"))
    return answers


def all_pages(api: ApiClient, job: str, limit: int) -> list[dict[str, Any]]:
    """Return a job's targets, read page by page."""
    page = api.get(f"/jobs/{job}/targets?limit={limit}")
    found = page["targets"]
    while page["next"] is not None:
        page = api.get(f"/jobs/{job}/targets?limit={limit}&cursor={page['next']}")
        assert len(page["targets"]) <= limit
        found += page["targets"]
    return list(found)


@pytest.fixture(scope="module")
def sample_job(api: ApiClient, genome: str) -> str:
    job = api.submit(fasta=QUERY.read_text(), genome=genome)
    api.wait_for_job(job)
    return job


@pytest.fixture(scope="module")
def history(api: ApiClient, genome: str) -> list[dict[str, Any]]:
    """Return the API's answers about a job with many chunks."""
    return watch(api, api.submit(fasta=many_contigs(), genome=genome))


@pytest.fixture(scope="module")
def long_job(history: list[dict[str, Any]]) -> str:
    return str(history[-1]["jobId"])


@pytest.fixture(scope="module")
def genome_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the genome's file, named by its id as in results."""
    path = tmp_path_factory.mktemp("genome") / f"{SAMPLE_GENOME}.fa"
    shutil.copyfile(SAMPLE / "lambda_phage.fa", path)
    return path


def command_line(genome_file: Path, form: Format, *query: str) -> bytes:
    command = [sys.executable, "-m", "crackling", "design", *query, "--genome", str(genome_file)]
    return subprocess.run([*command, "--format", form], capture_output=True, check=True).stdout


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_has_the_bytes_that_the_command_line_writes(
    api: ApiClient, sample_job: str, genome_file: Path, form: Format
) -> None:
    assert api.export(sample_job, form) == command_line(genome_file, form, str(QUERY))


def test_own_guides_are_scored_as_the_command_line_does(
    api: ApiClient, genome: str, genome_file: Path, tmp_path: Path
) -> None:
    guides = ["GACTGACCGGCAGGCAGAAC", "gccggacggctttggcggcacgg"]
    listed = tmp_path / "guides.txt"
    listed.write_text("\n".join(guides))
    job = api.submit(guides=guides, genome=genome)
    assert api.wait_for_job(job)["kind"] == "guides"
    for form in FORMATS:
        assert api.export(job, form) == command_line(genome_file, form, "--guides", str(listed))


@pytest.mark.parametrize("form", FORMATS)
def test_so_has_an_export_of_many_chunks(
    api: ApiClient, long_job: str, expected: Expected, form: Format
) -> None:
    assert api.export(long_job, form) == expected.file(many_contigs(), form)


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_is_a_file_of_its_media_type(web: Web, sample_job: str, form: Format) -> None:
    answer = web.get(f"/api/jobs/{sample_job}/export?format={form}")
    if FORMATS[form].binary:
        assert answer.status == 303
        return
    assert answer.status == 200
    assert answer.headers["content-type"] == FORMATS[form].media_type
    name = f"crackling-{sample_job}.{FORMATS[form].endings[0]}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_a_large_export_is_at_another_address(web: Web, long_job: str) -> None:
    answer = web.get(f"/api/jobs/{long_job}/export?format=json")
    assert answer.status == 303
    assert "/export.json?" in answer.headers["location"]
    assert "X-Amz-Signature=" in answer.headers["location"]


def test_a_job_tells_what_it_searched(web: Web, long_job: str, sample_job: str) -> None:
    assert parse_query(web.get(f"/api/jobs/{long_job}/query").body.decode()) == parse_query(many_contigs())
    answer = web.get(f"/api/jobs/{sample_job}/query")
    assert answer.headers["content-type"] == FORMATS["fasta"].media_type
    assert answer.body.startswith(b">")


def test_a_job_goes_forward_only(history: list[dict[str, Any]]) -> None:
    assert history[-1]["status"] == "complete", history[-1]["reason"]
    stages = [STAGES.index(answer["status"]) for answer in history]
    assert stages == sorted(stages)
    progress = [answer["progress"] for answer in history]
    for before, after in pairwise(progress):
        assert before["guides"] in (None, after["guides"])
        assert before["consensusDone"] <= after["consensusDone"]
        assert before["offTargetDone"] <= after["offTargetDone"]
    total = progress[-1]["guides"]
    assert total > 200
    assert progress[-1] == {"guides": total, "consensusDone": total, "offTargetDone": total}
    assert len({(step["consensusDone"], step["offTargetDone"]) for step in progress}) > 2, (
        "nothing to be seen in between"
    )


def test_pages_follow_the_order_of_the_query(api: ApiClient, sample_job: str) -> None:
    found = all_pages(api, sample_job, 7)
    assert [target["id"] for target in found] == list(range(1, 76))
    assert found == rows(api.export(sample_job, "json"))


def test_pages_may_end_where_chunks_do_not(api: ApiClient, long_job: str) -> None:
    assert all_pages(api, long_job, 333) == rows(api.export(long_job, "json"))


def test_pages_hold_what_is_scored_while_the_job_runs(api: ApiClient, genome: str) -> None:
    """Following `next` from the start gives every target once, in order."""
    job = api.submit(fasta=many_contigs()[:2500], genome=genome)
    numbers: list[int] = []
    cursor: str | None = "1"
    while cursor is not None:
        page = api.get(f"/jobs/{job}/targets?limit=50&cursor={cursor}")
        numbers += [target["id"] for target in page["targets"]]
        cursor = page["next"]
    assert numbers == list(range(1, api.wait_for_job(job)["progress"]["guides"] + 1))


@pytest.mark.parametrize("number", [1, 40, 75])
def test_off_targets_are_those_of_the_index(
    api: ApiClient, sample_job: str, expected: Expected, number: int
) -> None:
    target = expected.targets(QUERY.read_text())[number - 1]
    answer = api.get(f"/jobs/{sample_job}/targets/{number}/offtargets")
    wanted = expected.off_targets(target.guide)
    assert (answer["guide"], answer["total"], answer["offTargets"]) == (target.guide, len(wanted), wanted)


def test_a_list_that_takes_long_is_made_by_message(
    api: ApiClient, cloud: LocalCloud, sample_job: str, expected: Expected
) -> None:
    """No search takes 20 seconds here, so the test sends the message that the API would send."""
    queue = Queues.of(cloud).named("OffTargetListsQueue")
    cloud.client("sqs").send_message(QueueUrl=queue, MessageBody=dump(ListOffTargets(sample_job, 2)))
    key = {"Bucket": cloud.outputs(STACK)["DataBucket"], "Key": off_targets(sample_job, 2)}
    wait_until(lambda: "listed" in stored(cloud, key), "the list is stored")
    wanted = expected.off_targets(expected.targets(QUERY.read_text())[1].guide)
    assert stored(cloud, key)["listed"] == wanted
    answer = api.get(f"/jobs/{sample_job}/targets/2/offtargets")
    assert (answer["total"], answer["offTargets"]) == (len(wanted), wanted)


def stored(cloud: LocalCloud, key: dict[str, str]) -> dict[str, Any]:
    """Return a stored object of JSON; nothing if it is not there."""
    s3 = cloud.client("s3")
    if key["Key"] not in [one["Key"] for one in s3.list_objects_v2(Bucket=key["Bucket"]).get("Contents", [])]:
        return {}
    found: dict[str, Any] = json.loads(s3.get_object(**key)["Body"].read())
    return found


def test_a_list_of_off_targets_can_be_cut(api: ApiClient, long_job: str, expected: Expected) -> None:
    targets = expected.targets(many_contigs())
    target = max(targets[:300], key=lambda one: sum((one.mm0, one.mm1, one.mm2, one.mm3, one.mm4)))
    wanted = expected.off_targets(target.guide)
    answer = api.get(f"/jobs/{long_job}/targets/{target.id}/offtargets?limit=1")
    assert (answer["total"], answer["offTargets"]) == (len(wanted), wanted[:1])
    assert len(wanted) > 1


@pytest.mark.parametrize("consensus", [1, 3])
def test_how_many_methods_must_agree_can_be_chosen(
    api: ApiClient, genome: str, expected: Expected, consensus: int
) -> None:
    query = QUERY.read_text()
    job = api.submit(fasta=query, genome=genome, options={"consensus": consensus})
    api.wait_for_job(job)
    assert api.export(job, "csv") == expected.file(query, "csv", consensus)


def test_a_bare_sequence_is_a_query(api: ApiClient, genome: str, expected: Expected) -> None:
    query = "\n".join(QUERY.read_text().splitlines()[1:]).lower()
    job = api.submit(sequence=query, genome=genome)
    api.wait_for_job(job)
    assert api.export(job, "csv") == expected.file(query, "csv")


def test_a_query_may_hold_a_million_bases_and_no_guide(api: ApiClient, genome: str) -> None:
    job = api.submit(sequence="AT" * 500_000, genome=genome)
    assert api.wait_for_job(job)["progress"] == {"guides": 0, "consensusDone": 0, "offTargetDone": 0}
    assert api.get(f"/jobs/{job}/targets")["targets"] == []
    assert api.export(job, "json") == b"[]\n"


def test_a_deleted_job_is_gone_at_once(api: ApiClient, web: Web, genome: str) -> None:
    job = api.submit(fasta=QUERY.read_text(), genome=genome)
    api.wait_for_job(job)
    assert web.ask("DELETE", f"/api/jobs/{job}").status == 204
    for path in ("", "/query", "/targets", "/export"):
        assert web.ask("GET", f"/api/jobs/{job}{path}").status == 410
