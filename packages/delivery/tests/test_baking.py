from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crackling_aws import names
from crackling_aws.names import GENOME_TAG, STAGE_TAG
from delivery.cli import main
from delivery.images.ami import Images
from delivery.images.instances import Instances
from delivery.images.parameter import ImageParameter
from delivery.stacks.cloudformation import Stacks
from fakes.account import EVERYWHERE, FakeAccount, free_plan
from fakes.client import refusal
from fakes.ec2 import NITRO
from worlds import FAILED, PASSED, STAGE, FakeDeployer, FakeWorld, World, assembly, services

if TYPE_CHECKING:
    from pathlib import Path

# What is cancelled while it ends something leaves that to the sweep.
ENDING = ("describe_stacks", "delete_stack", "terminate_instances")


class KilledError(BaseException):
    """The process is gone: nothing of it runs any more, not even what is in `finally`."""


def bake(world: World, folder: Path, *arguments: str, version: str = "1") -> int:
    """With a bake's own assembly; `version` is of what goes into the image."""
    words = ["bake", "--stage", STAGE, "--assembly", str(assembly(folder, version=version)), *arguments]
    return main(words, services(world))


def current(world: World) -> str | None:
    history = ImageParameter(world.aws.ssm, STAGE, world.clock).history()
    return history[-1].image if history else None


def images(world: World) -> list[str]:
    return [image.image_id for image in Images(world.aws.ec2, world.clock).all(STAGE)]


def nothing_runs(world: World) -> bool:
    if isinstance(world, FakeWorld):
        return world.running() == []
    machines = Instances(world.aws.ec2, world.clock)
    stacks = Stacks(world.aws.cloudformation, world.clock)
    return (
        machines.living(names.BOOT_TEST_TAG, STAGE) == []
        and stacks.status(names.builder_stack(STAGE)) is None
    )


def test_a_bake_ends_with_a_promoted_image_and_nothing_running(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bake(world, tmp_path) == 0
    (image,) = images(world)
    assert current(world) == image == capsys.readouterr().out.strip()
    assert Images(world.aws.ec2, world.clock).get(image).tested == names.PASSED
    assert nothing_runs(world)


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        (FakeAccount(), "t2.nano"),
        (FakeAccount(offered=EVERYWHERE - {"t2.nano"}), "t3.nano"),
        (FakeAccount(offered=EVERYWHERE - {"t2.nano", "t3.nano", "t3.micro"}), "t3.small"),
        (free_plan(), "t3.micro"),
        (FakeAccount(mute=frozenset({"ec2:DescribeInstanceTypes"})), "t2.nano"),
        (FakeAccount(mute=frozenset({"freetier:GetAccountPlanState"})), "t2.nano"),
    ],
)
def test_it_bakes_on_the_cheapest_type_that_is_to_be_had(
    account: FakeAccount, kind: str, tmp_path: Path
) -> None:
    world = FakeWorld()
    words = ["bake", "--stage", STAGE, "--assembly", str(assembly(tmp_path))]
    assert main(words, services(world, account)) == 0
    assert isinstance(world.deployer, FakeDeployer)
    assert world.deployer.kinds == [kind]
    assert main(words, services(world)) == 0
    assert len(images(world)) == 1, "the image is the same, whatever it is baked on"


def test_without_any_type_to_bake_on_there_is_a_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = FakeWorld()
    words = ["bake", "--stage", STAGE, "--assembly", str(assembly(tmp_path))]
    assert main(words, services(world, FakeAccount(offered=frozenset({"m6i.xlarge"})))) == 1
    assert "the setting instanceType" in capsys.readouterr().err
    assert world.running() == []


def test_the_same_inputs_are_baked_once(world: World, tmp_path: Path) -> None:
    assert bake(world, tmp_path) == bake(world, tmp_path) == 0
    assert len(images(world)) == 1


def test_a_changed_worker_is_baked_again(world: World, tmp_path: Path) -> None:
    assert bake(world, tmp_path) == 0
    (first,) = images(world)
    assert bake(world, tmp_path, version="2") == 0
    assert len(images(world)) == 2
    assert current(world) != first


def test_force_bakes_the_same_inputs_again(world: World, tmp_path: Path) -> None:
    assert bake(world, tmp_path) == 0
    world.let_pass(60)
    assert bake(world, tmp_path, "--force") == 0
    assert len(images(world)) == 2


def test_a_dry_run_does_nothing(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bake(world, tmp_path, "--dry-run") == bake(world, tmp_path, "--sweep", "--dry-run") == 0
    assert "would be baked" in capsys.readouterr().err
    assert (images(world), current(world)) == ([], None)


def test_a_candidate_is_left_for_promotion_by_hand(world: World, tmp_path: Path) -> None:
    assert bake(world, tmp_path, "--no-promote") == 0
    assert current(world) is None
    assert bake(world, tmp_path) == 0
    assert [current(world)] == images(world)


def test_a_failed_boot_test_leaves_the_image_before_in_use(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bake(world, tmp_path) == 0
    before = current(world)
    world.says(FAILED)
    assert bake(world, tmp_path, version="2") == 1
    assert "the scores differ" in capsys.readouterr().err
    assert current(world) == before
    assert nothing_runs(world)
    world.says(PASSED)
    world.let_pass(60)
    assert bake(world, tmp_path, version="2") == 0, "a failed image is not taken again"
    assert current(world) != before


def test_a_machine_that_says_nothing_fails_the_boot_test(world: World, tmp_path: Path) -> None:
    world.says("Linux version 6.8\n")
    assert bake(world, tmp_path) == 1
    assert (current(world), nothing_runs(world)) == (None, True)


# --- what moto does not do ---


def test_an_image_that_aws_cannot_make(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = FakeWorld()
    world.ec2.images_fail = True
    assert bake(world, tmp_path) == 1
    assert "became failed; bake again" in capsys.readouterr().err
    assert (current(world), nothing_runs(world)) == (None, True)
    world.ec2.images_fail = False
    assert bake(world, tmp_path) == 0


def test_a_failed_status_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = FakeWorld()
    world.ec2.healthy = False
    assert bake(world, tmp_path) == 1
    assert "failed a status check" in capsys.readouterr().err
    assert nothing_runs(world)


def test_a_deployment_without_its_signal_is_destroyed(tmp_path: Path) -> None:
    world = FakeWorld()
    world.deployer = FakeDeployer(world, fails=True)
    assert bake(world, tmp_path) == 1
    assert nothing_runs(world)


def test_a_stack_that_cannot_be_deleted_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = FakeWorld()
    world.cloudformation.deletion_fails = True
    assert bake(world, tmp_path) == 1
    assert "could not be deleted: a bucket is not empty" in capsys.readouterr().err


def test_the_boot_test_starts_as_it_must(tmp_path: Path) -> None:
    """On a machine whose console can be read, without a role, with metadata of version 2, and with a life of its own."""
    world = FakeWorld()
    assert bake(world, tmp_path) == 0
    (tried,) = [one for one in world.ec2.instances.values() if names.BOOT_TEST_TAG in one.tags]
    assert tried.kind.startswith(NITRO)
    assert "shutdown -P +30" in tried.user_data
    assert "crackling-worker --self-test" in tried.user_data
    assert tried.tags.keys().isdisjoint({STAGE_TAG, GENOME_TAG}), "it would be taken for a worker"


def test_a_new_public_image_is_a_new_input(tmp_path: Path) -> None:
    world = FakeWorld()
    assert bake(world, tmp_path) == 0
    (first,) = images(world)
    world.aws.ssm.put_parameter(
        Name="/public/ubuntu", Value=first, Type="String", DataType="aws:ec2:image", Overwrite=True
    )
    world.let_pass(60)
    assert bake(world, tmp_path) == 0
    assert len(images(world)) == 2


def moments_of_a_bake(folder: Path) -> list[tuple[int, tuple[str, str]]]:
    """The moments of an undisturbed bake with their numbers: before and after each call; of a row of polls the first."""
    moments: list[tuple[str, str]] = []
    world = FakeWorld()
    world.meddle = lambda name, when: moments.append((name, when))
    assert bake(world, folder) == 0
    return [
        (number, one) for number, one in enumerate(moments) if one not in moments[max(0, number - 4) : number]
    ]


def disturb(world: FakeWorld, number: int, error: BaseException, *, ever_after: bool) -> None:
    """Raise at the moment of this number; `ever_after`: at every later one as well."""
    count = -1

    def meddle(_name: str, _when: str) -> None:
        nonlocal count
        count += 1
        if count == number or (ever_after and count > number):
            raise error

    world.meddle = meddle


def test_killed_at_any_moment_nothing_is_left_running_and_a_bake_goes_on(tmp_path: Path) -> None:
    """The process dies; the workflow's last step sweeps; the next bake ends as if nothing had been."""
    for number, moment in moments_of_a_bake(tmp_path):
        world = FakeWorld()
        disturb(world, number, KilledError(), ever_after=True)
        with pytest.raises(KilledError):
            bake(world, tmp_path)
        world.meddle = lambda _name, _when: None
        assert bake(world, tmp_path, "--sweep") == 0, moment
        assert nothing_runs(world), moment
        world.let_pass(60)
        assert bake(world, tmp_path) == 0, moment
        assert nothing_runs(world), moment
        assert current(world) in images(world), moment


def test_without_the_sweep_the_next_bake_ends_what_was_left(tmp_path: Path) -> None:
    for number, moment in moments_of_a_bake(tmp_path):
        world = FakeWorld()
        disturb(world, number, KilledError(), ever_after=True)
        with pytest.raises(KilledError):
            bake(world, tmp_path)
        world.meddle = lambda _name, _when: None
        world.let_pass(60)
        assert bake(world, tmp_path) == 0, moment
        assert nothing_runs(world), moment


def test_cancelled_at_any_moment_it_leaves_in_order(tmp_path: Path) -> None:
    """Cancelling raises SystemExit wherever the program is; what destroys still runs."""
    for number, moment in moments_of_a_bake(tmp_path):
        world = FakeWorld()
        disturb(world, number, SystemExit(143), ever_after=False)
        with pytest.raises(SystemExit):
            bake(world, tmp_path)
        world.meddle = lambda _name, _when: None
        if moment[0] not in ("run_instances", *ENDING):
            assert nothing_runs(world), moment
        assert bake(world, tmp_path, "--sweep") == 0
        assert nothing_runs(world), moment


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "RequestLimitExceeded"])
def test_a_call_that_is_refused_once(tmp_path: Path, code: str) -> None:
    """Throttling is waited for; another refusal ends the bake, in order. No bake leaves an image in use that was not tried."""
    for number, moment in moments_of_a_bake(tmp_path):
        if moment[1] == "after" or moment[0] == "cdk deploy":
            continue
        world = FakeWorld()
        disturb(world, number, refusal(code, moment[0]), ever_after=False)
        ended = bake(world, tmp_path)
        world.meddle = lambda _name, _when: None
        if code == "RequestLimitExceeded" and moment[0] != "create_image":
            assert ended == 0, moment
        used = current(world)
        assert used is None or Images(world.aws.ec2, world.clock).get(used).tested == names.PASSED
        bake(world, tmp_path, "--sweep")
        assert nothing_runs(world), moment
        world.let_pass(60)
        assert bake(world, tmp_path) == 0, moment


def test_a_bake_of_production_needs_no_choice_of_access(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stage `prod` is not synthesised without one, which makes no difference to the machine's stack."""
    given: dict[str, str] = {}

    def synthesise(**settings: str) -> Path:
        given.update(settings)
        return assembly(tmp_path)

    monkeypatch.setattr("delivery.commands.bake.synthesise", synthesise)
    assert main(["bake", "--stage", STAGE, "--dry-run"], services(FakeWorld())) == 0
    assert (given["stage"], given["access"]) == (STAGE, "open")
