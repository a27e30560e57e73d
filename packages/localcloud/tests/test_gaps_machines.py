"""Test the gaps of moto's instances and images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gap import fresh, shows_gap

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud
    from localcloud.world import World


def machine(world: World) -> str:
    ec2 = world.client("ec2")
    image = ec2.register_image(Name=fresh("image"), RootDeviceName="/dev/sda1")["ImageId"]
    return str(ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"])


def test_snapshots_of_a_new_image_have_its_tags(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> Any:
        ec2, tags = world.client("ec2"), [{"Key": "of", "Value": fresh("tag")}]
        ec2.create_image(
            InstanceId=machine(world),
            Name=fresh("image"),
            TagSpecifications=[{"ResourceType": kind, "Tags": tags} for kind in ("image", "snapshot")],
        )
        wanted = [{"Name": "tag:of", "Values": [tags[0]["Value"]]}]
        return (
            ec2.describe_images(Filters=wanted)["Images"]
            and ec2.describe_snapshots(Filters=wanted)["Snapshots"]
        )

    shows_gap(stock, cloud.world, probe)


def test_a_console_says_what_its_machine_has_written(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> Any:
        one, other = machine(world), machine(world)
        cloud.write_console(one, "ready\n")
        ec2 = world.client("ec2")
        outputs = [
            ec2.get_console_output(InstanceId=name, Latest=True).get("Output") for name in (one, other)
        ]
        return outputs in (["ready\n", ""], ["ready\n", None])

    shows_gap(stock, cloud.world, probe)
