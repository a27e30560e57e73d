"""The whole path on the local cloud, in order: each test goes on where the one before it ended.

Merge -> synth -> deploy -> change the worker -> bake -> boot test -> promote -> the scheduler launches a worker from the new
image -> roll back -> clean up. The stacks, the functions, the worker and the programs are the real ones.
"""

from __future__ import annotations

import random
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from machines import run_boot_tests

import build
import local_stage
from crackling_aws import names
from delivery.api_client import ApiClient
from delivery.aws import connect
from delivery.cli import main
from delivery.images.ami import Images
from delivery.images.parameter import ImageParameter
from delivery.images.retention import DAY
from delivery.services import Services
from delivery.stacks.cloudformation import Stacks
from delivery.workflows.changes import affected, changed_files
from localcloud.cloud import LocalCloud
from localcloud.standins.ncbi import NcbiStandIn
from repositories import git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localcloud.workers import WorkerProcesses

STAGE = local_stage.STAGE
LARGE = "GCA_900000001.1"
LAMBDA_LIMIT = 60_000
"""Bases: phage lambda is for the functions, the large genome for a worker."""


class HastyClock:
    """The real time, plus what a test adds; polls as often as a person would like it to."""

    def __init__(self, later: float = 0.0) -> None:
        self._later = later

    def monotonic(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        return time.time() + self._later

    def sleep(self, seconds: float, /) -> None:
        time.sleep(min(seconds, 0.3))


def delivery(*words: str, later: float = 0.0) -> int:
    """Run a subcommand as the workflows do, `later` seconds from now; return its exit code."""
    return main([*words], Services(clock=HastyClock(later)))


@dataclass
class Journey:
    """Hold what the steps hand on."""

    cloud: LocalCloud
    settings: dict[str, str]
    folder: Path
    payload: Path
    workers: WorkerProcesses
    spoilt: set[str]
    assemblies: dict[str, Path] = field(default_factory=dict)
    baked: dict[str, str] = field(default_factory=dict)

    def synthesise(self, version: str, **settings: str) -> Path:
        out = self.folder / f"cdk.out-{version}"
        build.synthesise(out, {**self.settings, "workerDirectory": str(self.payload), **settings})
        self.assemblies[version] = out
        return out

    def bake(self, version: str, *arguments: str) -> int:
        assembly = str(self.assemblies[version])
        return delivery(
            "bake",
            "--assembly",
            assembly,
            "--architecture",
            build.architecture(),
            "--stage",
            STAGE,
            *arguments,
        )

    def current(self) -> str | None:
        history = ImageParameter(connect().ssm, STAGE).history()
        return history[-1].image if history else None

    def running(self) -> list[str]:
        """Instances that have not ended."""
        pages = self.cloud.client("ec2").describe_instances()["Reservations"]
        instances = [one for page in pages for one in page["Instances"]]
        return [
            one["InstanceId"]
            for one in instances
            if one["State"]["Name"] not in ("terminated", "shutting-down")
        ]


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    folder = tmp_path_factory.mktemp("gitops")
    bowtie2 = build.can_build_bowtie2()
    build.build_layers("--here", *([] if bowtie2 else ["--without", "bowtie2"]))
    build.build_page()
    build.npm(build.INFRA)
    large = folder / "large.fa"
    letters = "".join(random.Random(5).choices("ACGT", k=LAMBDA_LIMIT + 40_000))
    large.write_text(f">random\n{letters}\n")
    payload = folder / "payload"
    shutil.copytree(build.ROOT / "build" / "worker" / build.architecture(), payload)
    phage = local_stage.SAMPLE / "lambda_phage.fa"
    with (
        NcbiStandIn({local_stage.SAMPLE_ACCESSION: phage, LARGE: large}) as ncbi,
        LocalCloud(front_port=0, cdk=build.CDK, cache=build.UNPACKED) as cloud,
        local_stage.repository_workers(cloud) as workers,
    ):
        spoilt: set[str] = set()
        run_boot_tests(cloud, tmp_path_factory.mktemp("machines"), spoilt=spoilt)
        cloud.bootstrap()
        settings = local_stage.stage_settings(cloud, ncbi, bowtie2=bowtie2)
        limit = {"lambdaLimitBases": str(LAMBDA_LIMIT)}
        yield Journey(cloud, settings | limit, folder, payload, workers, spoilt)


@pytest.fixture(autouse=True)
def there(journey: Journey, no_account: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every program finds the local cloud, and nothing else."""
    for name, value in journey.cloud.environment().items():
        monkeypatch.setenv(name, value)


def test_a_merge_concerns_the_worker_and_what_is_built_on_it(journey: Journey) -> None:
    """A change of init.sh, merged in a copy of the repository."""
    copy = journey.folder / "repository"
    git(journey.folder, "clone", "--quiet", "--shared", str(build.ROOT), str(copy))
    base = git(copy, "rev-parse", "HEAD")
    git(copy, "checkout", "--quiet", "-b", "change")
    script = copy / "packages/ec2_worker/init.sh"
    script.write_text(script.read_text() + "say 'changed'\n")
    git(copy, "commit", "--quiet", "-am", "Say more")
    git(copy, "checkout", "--quiet", "-b", "trunk", base)
    git(copy, "merge", "--quiet", "--no-ff", "-m", "Merge", "change")
    files = changed_files(base, copy)
    assert files == ["packages/ec2_worker/init.sh"]
    assert affected(files) == {"ec2_worker", "infra", "localcloud"}
    assert delivery("check-line-endings", str(script)) == 0


def test_what_is_merged_is_synthesised_and_deployed_and_tried(journey: Journey) -> None:
    assembly = journey.synthesise("1")
    words = ["--stage", STAGE, "--assembly", str(assembly), "--url", journey.cloud.url]
    assert delivery("deploy", *words) == 0
    assert Stacks(connect().cloudformation).status(names.builder_stack(STAGE)) is None, (
        "it lives for a bake only"
    )


def test_what_does_not_work_is_rolled_back(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    stacks = Stacks(connect().cloudformation)
    before = stacks.template(names.service_stack(STAGE))
    broken = journey.synthesise("broken", jobDays="31")
    words = ["--stage", STAGE, "--assembly", str(broken), "--url", "http://localhost:9/nothing"]
    assert delivery("deploy", *words) == 1
    assert stacks.template(names.service_stack(STAGE)) == before
    words = ["--stage", STAGE, "--assembly", str(journey.assemblies["1"]), "--url", journey.cloud.url]
    assert delivery("deploy", *words, "--dry-run") == 0


def test_the_first_image_is_baked_tried_and_promoted(journey: Journey) -> None:
    assert journey.bake("1") == 0
    (image,) = Images(connect().ec2).all(STAGE)
    assert (image.tested, journey.current()) == (names.PASSED, image.image_id)
    assert journey.running() == []
    journey.baked["1"] = image.image_id


def test_nothing_is_baked_twice(journey: Journey) -> None:
    launches = len(journey.cloud.launches())
    assert journey.bake("1") == 0
    assert len(journey.cloud.launches()) == launches


def test_a_changed_worker_is_shown_and_makes_another_image(
    journey: Journey, capfd: pytest.CaptureFixture[str]
) -> None:
    script = journey.payload / "init.sh"
    script.write_text(script.read_text() + "say 'changed'\n")
    head = journey.synthesise("2")
    words = [
        "--base",
        str(journey.assemblies["1"]),
        "--head",
        str(head),
        "--out",
        str(journey.folder / "preview"),
    ]
    assert delivery("preview", "diff", *words) == 0
    told = capfd.readouterr().out
    assert f"## `{names.builder_stack(STAGE)}`\n\n**Nothing changes.**" not in told
    assert f"## `{names.service_stack(STAGE)}`\n\n**Nothing changes.**" in told
    assert journey.bake("2") == 0
    journey.baked["2"] = str(journey.current())
    assert journey.baked["2"] != journey.baked["1"]
    assert journey.running() == []


def test_the_scheduler_launches_a_worker_from_the_new_image(journey: Journey) -> None:
    api = ApiClient(f"{journey.cloud.url}/api")
    job = api.submit(fasta=(local_stage.SAMPLE / "cI.fa").read_text(), genome=LARGE)
    api.wait_for_job(job, seconds=120)
    (launch,) = [one for one in journey.cloud.launches() if dict(one.tags).get("crackling:genome") == LARGE]
    assert launch.image_id == journey.baked["2"]
    assert [worker.genome for worker in journey.workers.workers] == [LARGE]


def test_an_image_that_fails_its_boot_test_is_not_promoted(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = journey.payload / "init.sh"
    script.write_text(script.read_text() + "say 'spoilt'\n")
    journey.synthesise("3")
    create = Images.create

    def spoil(images: Images, *arguments: str) -> object:
        image = create(images, *arguments)
        journey.spoilt.add(image.image_id)
        return image

    monkeypatch.setattr(Images, "create", spoil)
    assert journey.bake("3") == 1
    assert journey.current() == journey.baked["2"]
    assert journey.running() == []


def test_rolled_back_the_one_before_is_used(journey: Journey) -> None:
    assert delivery("promote", "--stage", STAGE, "--rollback") == 0
    assert journey.current() == journey.baked["1"]


def test_later_what_nothing_names_is_cleaned_up(journey: Journey) -> None:
    later = 100 * DAY
    assert delivery("clean", later=later) == 0
    assert len(Images(connect().ec2).all()) == 3
    assert delivery("clean", "--delete", "--keep", "1", later=later) == 0
    assert [image.image_id for image in Images(connect().ec2).all()] == [journey.baked["1"]]


def test_the_stage_can_be_removed(journey: Journey) -> None:
    assert delivery("deploy", "--stage", STAGE, "--destroy") == 0
    stacks = Stacks(connect().cloudformation)
    assert stacks.status(names.service_stack(STAGE)) is None
