from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackling_aws import names
from delivery.cli import main
from delivery.images.ami import Image, Images
from delivery.images.instances import Instances
from delivery.images.parameter import ImageParameter, Version
from delivery.images.retention import DAY, References, newest, plan
from fakes.client import refusal
from worlds import STAGE, FakeWorld, World, an_image, services

NOW = 1_000_000.0 * 100
IDS = [f"ami-{number}" for number in range(6)]


def clean(world: World, *arguments: str) -> int:
    return main(["clean", *arguments], services(world))


def remaining(world: World) -> set[str]:
    return {image.image_id for image in Images(world.aws.ec2, world.clock).all()}


def promote(world: World, image: str) -> None:
    ImageParameter(world.aws.ssm, STAGE, world.clock).put(image)


@pytest.fixture
def old(world: World) -> list[str]:
    """Five images, promoted one after the other, long ago."""
    found = [an_image(world).image_id for _ in range(5)]
    for image in found:
        promote(world, image)
    world.let_pass(100 * DAY)
    return found


def test_what_nothing_names_any_more_goes_with_its_snapshots(world: World, old: list[str]) -> None:
    snapshots = {image.image_id: image.snapshots for image in Images(world.aws.ec2, world.clock).all()}
    assert clean(world, "--delete") == 0
    assert remaining(world) == set(old[-3:])
    wanted = [{"Name": "tag-key", "Values": [names.IMAGE_TAG]}]
    left = world.aws.ec2.describe_snapshots(OwnerIds=["self"], Filters=wanted)["Snapshots"]  # type: ignore[arg-type]
    assert {one["SnapshotId"] for one in left} == {one for image in old[-3:] for one in snapshots[image]}


def test_without_delete_it_only_tells(
    world: World, old: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert clean(world) == 0
    assert f"{old[0]} no longer used" in capsys.readouterr().err
    assert remaining(world) == set(old)


def test_keep_says_how_many_of_the_history(world: World, old: list[str]) -> None:
    assert clean(world, "--delete", "--keep", "1") == 0
    assert remaining(world) == {old[-1]}


def test_after_a_roll_back_the_current_one_stays(world: World, old: list[str]) -> None:
    promote(world, old[1])
    world.let_pass(DAY)
    assert clean(world, "--delete", "--keep", "2") == 0
    assert remaining(world) == {old[1], old[4]}


def test_a_launch_template_keeps_its_image(world: World, old: list[str]) -> None:
    world.aws.ec2.create_launch_template(LaunchTemplateName="workers", LaunchTemplateData={"ImageId": old[0]})
    assert clean(world, "--delete") == 0
    assert remaining(world) == {old[0], *old[-3:]}


def test_an_instance_keeps_its_image(world: World, old: list[str]) -> None:
    Instances(world.aws.ec2, world.clock).run({"ImageId": old[1], "InstanceType": "t3.small"})
    assert clean(world, "--delete") == 0
    assert remaining(world) == {old[1], *old[-3:]}


def test_a_stage_without_a_promoted_image_keeps_all(world: World, old: list[str]) -> None:
    foreign = an_image(world, stage="other").image_id
    world.let_pass(100 * DAY)
    assert clean(world, "--delete") == 0
    assert remaining(world) == {foreign, *old[-3:]}


def test_other_images_of_the_account_are_not_seen(world: World, old: list[str]) -> None:
    assert clean(world, "--delete") == 0
    assert world.aws.ec2.describe_images(ImageIds=[world.base])["Images"]


# --- what moto does not do ---


def a_fake_with_old_images() -> tuple[FakeWorld, list[str]]:
    world = FakeWorld()
    found = [an_image(world).image_id for _ in range(5)]
    for image in found:
        promote(world, image)
    world.let_pass(100 * DAY)
    return world, found


def test_young_images_stay() -> None:
    world, old = a_fake_with_old_images()
    young = an_image(world).image_id
    assert clean(world, "--delete") == 0
    assert remaining(world) == {young, *old[-3:]}
    world.let_pass(100 * DAY)
    assert clean(world, "--delete") == 0
    assert remaining(world) == set(old[-3:])


READS = [
    "describe_images",
    "describe_parameters",
    "get_parameter_history",
    "describe_launch_templates",
    "describe_instances",
]


@pytest.mark.parametrize("name", READS)
def test_what_cannot_be_read_stops_every_deletion(name: str) -> None:
    world, old = a_fake_with_old_images()

    def refuse(operation: str, when: str) -> None:
        if (operation, when) == (name, "before"):
            raise refusal("UnauthorizedOperation", operation)

    world.meddle = refuse
    assert clean(world, "--delete") == 1
    world.meddle = lambda _name, _when: None
    assert remaining(world) == set(old)


def test_a_promotion_in_between_is_seen() -> None:
    world, old = a_fake_with_old_images()
    asked = 0

    def promote_the_first(operation: str, when: str) -> None:
        nonlocal asked
        if (operation, when) == ("describe_launch_templates", "after"):
            asked += 1
            if asked == 1:
                promote(world, old[0])

    world.meddle = promote_the_first
    assert clean(world, "--delete") == 0
    assert old[0] in remaining(world)


def test_killed_between_image_and_snapshot_the_next_run_finds_the_snapshot() -> None:
    world, _old = a_fake_with_old_images()

    def die(operation: str, when: str) -> None:
        if (operation, when) == ("deregister_image", "after"):
            raise KeyboardInterrupt

    world.meddle = die
    with pytest.raises(KeyboardInterrupt):
        clean(world, "--delete")
    world.meddle = lambda _name, _when: None
    assert clean(world, "--delete") == 0
    assert {snapshot for image in world.ec2.images.values() for snapshot in [image.snapshot]} == set(
        world.ec2.snapshots
    )


# --- the decision, for any state ---

images = st.lists(
    st.builds(
        Image,
        image_id=st.sampled_from(IDS),
        stage=st.sampled_from(["prod", "dev", ""]),
        digest=st.just("d"),
        tested=st.sampled_from([None, "passed", "failed"]),
        state=st.sampled_from(["available", "pending", "failed", "disabled"]),
        created=st.floats(NOW - 400 * DAY, NOW),
        snapshots=st.just(("snap-1",)),
    ),
    unique_by=lambda image: image.image_id,
)
histories = st.lists(st.sampled_from(IDS), max_size=8).map(
    lambda found: [Version(number, image) for number, image in enumerate(found, 1)]
)
references = st.builds(
    References,
    promoted=st.dictionaries(st.sampled_from(["prod", "dev", "gone"]), histories),
    templates=st.frozensets(st.sampled_from(IDS)),
    instances=st.frozensets(st.sampled_from(IDS)),
)


@settings(max_examples=1000, deadline=None)
@given(images, references, st.integers(0, 5), st.floats(0, 50))
def test_no_referenced_image_is_ever_deleted(
    there: list[Image], named: References, keep: int, days: float
) -> None:
    decided = plan(there, named, now=NOW, keep=keep, days=days)
    deleted = set(decided.deleted)
    for history in named.promoted.values():
        assert not deleted & set(newest(history, keep))
        assert not history or history[-1].image not in deleted, "the current one, whatever was asked for"
    assert not deleted & (named.templates | named.instances)
    assert {image.image_id for image in there if image.created > NOW - days * DAY}.isdisjoint(deleted)
    assert deleted | set(decided.kept) == {image.image_id for image in there}
    assert deleted.isdisjoint(decided.kept)


@given(histories, st.integers(1, 5))
def test_newest_are_the_last_different_ones(history: list[Version], count: int) -> None:
    found = newest(history, count)
    assert found == sorted(set(found), key=lambda one: -max(v.number for v in history if v.image == one))
    assert len(found) == min(count, len({version.image for version in history}))


def test_something_is_deleted_at_all() -> None:
    image = Image("ami-1", "prod", "d", "passed", "available", NOW - 400 * DAY, ("snap-1",))
    named = References({"prod": [Version(1, "ami-2")]}, frozenset(), frozenset())
    assert plan([image], named, now=NOW).deleted == ("ami-1",)
