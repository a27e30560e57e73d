from __future__ import annotations

import pytest

from delivery.cli import main
from delivery.images.parameter import ImageParameter
from fakes.client import refusal
from worlds import STAGE, FakeWorld, World, an_image, services


def run(world: World, *arguments: str) -> int:
    return main(["promote", "--stage", STAGE, *arguments], services(world))


def named(world: World) -> list[str]:
    return [version.image for version in ImageParameter(world.aws.ssm, STAGE, world.clock).history()]


def test_a_tested_image_is_promoted_and_reads_back(world: World) -> None:
    image = an_image(world).image_id
    assert run(world, image) == 0
    assert named(world) == [image]
    assert world.aws.ssm.get_parameter(Name="/crackling/prod/worker-ami")["Parameter"]["Value"] == image


def test_promoting_again_writes_nothing(world: World) -> None:
    image = an_image(world).image_id
    assert run(world, image) == run(world, image) == 0
    assert named(world) == [image]


def test_a_dry_run_writes_nothing(world: World) -> None:
    assert run(world, an_image(world).image_id, "--dry-run") == 0
    assert named(world) == []


@pytest.mark.parametrize(
    ("tested", "stage", "reason"),
    [
        (None, STAGE, "has not been run"),
        ("failed", STAGE, "boot test failed"),
        ("passed", "dev", "baked for the stage dev"),
    ],
)
def test_an_unfit_image_is_refused(
    world: World, tested: str | None, stage: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(world, an_image(world, tested=tested, stage=stage).image_id) == 1
    assert reason in capsys.readouterr().err
    assert named(world) == []


def test_another_image_of_the_account_is_refused(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(world, world.base) == 1
    assert "not an image of workers" in capsys.readouterr().err


def test_roll_back_goes_to_the_one_before_and_a_second_one_undoes_it(world: World) -> None:
    first, second = an_image(world).image_id, an_image(world).image_id
    assert run(world, first) == run(world, second) == 0
    assert run(world, "--rollback", "--dry-run") == 0
    assert named(world)[-1] == second
    assert run(world, "--rollback") == 0
    assert named(world)[-1] == first
    assert run(world, "--rollback") == 0
    assert named(world)[-1] == second


def test_roll_back_without_one_before_fails(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(world, an_image(world).image_id) == 0
    assert run(world, "--rollback") == 1
    assert "has not named another image before" in capsys.readouterr().err


def test_roll_back_to_a_deleted_image_fails_and_leaves_the_current_one(world: World) -> None:
    first, second = an_image(world).image_id, an_image(world).image_id
    assert run(world, first) == run(world, second) == 0
    world.aws.ec2.deregister_image(ImageId=first)
    assert run(world, "--rollback") == 1
    assert named(world)[-1] == second


def test_the_list_says_which_is_which(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, third = an_image(world), an_image(world), an_image(world, tested=None)
    run(world, first.image_id)
    run(world, second.image_id)
    assert run(world) == 0
    assert set(capsys.readouterr().out.splitlines()) == {
        f"{first.image_id} passed previous",
        f"{second.image_id} passed current",
        f"{third.image_id} untested",
    }


def test_usage() -> None:
    with pytest.raises(SystemExit) as told:
        main(["promote", "--stage", STAGE, "ami-1", "--rollback"])
    assert told.value.code == 2


# --- what moto does not do ---


def test_an_image_that_ssm_drops_without_a_word_is_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    world = FakeWorld()
    first, second = an_image(world).image_id, an_image(world).image_id
    assert run(world, first) == 0

    def delete(name: str, when: str) -> None:
        """While SSM has not looked at it yet."""
        if (name, when) == ("put_parameter", "after"):
            world.ec2.images.pop(second, None)

    world.meddle = delete
    assert run(world, second) == 1
    assert "did not become" in capsys.readouterr().err
    assert named(world) == [first]


@pytest.mark.parametrize(
    "name", ["put_parameter", "get_parameter", "get_parameter_history", "describe_images"]
)
def test_throttling_is_waited_for(name: str) -> None:
    world = FakeWorld()
    image = an_image(world).image_id
    refused = iter([True, True, True])

    def throttle(operation: str, when: str) -> None:
        if (operation, when) == (name, "before") and next(refused, False):
            raise refusal("ThrottlingException", operation)

    world.meddle = throttle
    assert run(world, image) == 0
    assert named(world) == [image]


@pytest.mark.parametrize(
    "name", ["put_parameter", "get_parameter", "get_parameter_history", "describe_images"]
)
def test_a_refused_call_is_one_line_and_changes_nothing(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world = FakeWorld()
    first, second = an_image(world).image_id, an_image(world).image_id
    assert run(world, first) == 0

    def refuse(operation: str, when: str) -> None:
        if (operation, when) == (name, "before"):
            raise refusal("AccessDeniedException", operation)

    world.meddle = refuse
    assert run(world, second) == 1
    assert "AccessDenied" in capsys.readouterr().err
    world.meddle = lambda _name, _when: None
    assert named(world)[0] == first
    assert run(world, second) == 0
    assert list(dict.fromkeys(named(world))) == [first, second]
