"""Test the worker that init.sh installs: it prepares a genome in the local cloud, for which a job waits."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING

import package_sources
import pytest

import crackling
import local_stage
from crackling.results import write
from crackling.specificity import Index, build_index
from crackling_aws.names import GENOME_TAG
from local_stage import SAMPLE, SAMPLE_ACCESSION
from localcloud.workers import WorkerProcesses

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Root
    from localcloud.cloud import LocalCloud

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"])]

UNITS = ("crackling-worker.service", "crackling-lifetime.service", "crackling-lifetime.timer")
QUERY = (SAMPLE / "cI.fa").read_text()


@pytest.mark.parametrize(
    ("system", "copied"),
    [("ID=debian\n", package_sources.FILES), ('NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', ())],
)
def test_the_root_gets_no_packages_of_another_system(system: str, copied: tuple[str, ...]) -> None:
    assert package_sources.to_copy(system) == copied


def test_init_sh_made_a_worker(root: Root) -> None:
    assert "init.sh: done" in (root.path / "init.log").read_text().splitlines()
    assert (root.path / "usr/local/bin/crackling-worker").is_symlink()
    assert root.run("crackling-worker", "--self-test").returncode == 0


def test_a_second_run_changes_nothing(root: Root) -> None:
    def listing() -> list[str]:
        places = ("/opt/crackling", "/etc/systemd/system", "/usr/local/bin", "/scratch")
        found = root.run("find", *places, "-not", "-name", "*.pyc", "-printf", "%M %u %p %l\n")
        return sorted(found.stdout.splitlines())

    before = listing()
    done = root.init()
    assert done.returncode == 0, done.stderr
    assert listing() == before


def test_the_units_are_enabled_and_sound(root: Root) -> None:
    system = root.path / "etc/systemd/system"
    assert (system / "multi-user.target.wants/crackling-worker.service").resolve().name == UNITS[0]
    assert (system / "timers.target.wants/crackling-lifetime.timer").resolve().name == UNITS[2]
    done = root.run("systemd-analyze", "verify", *(f"/etc/systemd/system/{unit}" for unit in UNITS))
    assert done.returncode == 0, done.stderr
    assert not [line for line in done.stderr.splitlines() if "crackling" in line], done.stderr


def test_it_has_no_more_rights_than_its_folder(root: Root) -> None:
    assert root.run("stat", "--format", "%U %a", "/scratch").stdout == "crackling 750\n"
    assert root.run("id", "--user", "crackling").stdout != "0\n"


def test_a_job_completes_with_a_genome_that_it_prepares(root: Root, tmp_path: Path) -> None:
    def workers(cloud: LocalCloud) -> WorkerProcesses:
        command = [str(shutil.which("chroot")), str(root.path), "/usr/local/bin/crackling-worker"]
        inside = {"TMPDIR": "/scratch", "HOME": "/", "PATH": "/usr/local/bin:/usr/bin:/bin"}
        return WorkerProcesses(cloud, command, GENOME_TAG, inside)

    with local_stage.deployed(front_port=0, workers=workers, lambdaLimitBases="1") as deployment:
        api = deployment.api
        job = api.submit(fasta=QUERY, genome=SAMPLE_ACCESSION)
        api.wait_for_job(job, 120)
        assert api.export(job, "csv") == by_hand(tmp_path)
        genome = api.get(f"/genomes/{SAMPLE_ACCESSION}")
        assert genome["venue"] == "worker"
        assert set(genome["done"]) == set(genome["parts"])
        report = deployment.cloud.iam_report()
        assert [finding for finding in report.denied if finding.function == "Worker"] == []
    [worker] = deployment.workers.workers
    assert worker.exit_code == 0, worker.log


def by_hand(folder: Path) -> bytes:
    """Return what the command line writes for the query."""
    build_index([SAMPLE / "lambda_phage.fa"], folder / "lambda.issl")
    with Index.open(folder / "lambda.issl") as index:
        found = crackling.design(QUERY, genome=crackling.Genome(SAMPLE_ACCESSION, index))
    out = io.BytesIO()
    write(found, "csv", out)
    return out.getvalue()
