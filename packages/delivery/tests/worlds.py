"""Two stand-ins for AWS behind one face: moto, and the strict fake. A test of a program's contract runs on both."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, cast

import boto3

from crackling_aws import names
from delivery.aws import Aws
from delivery.images.ami import Images
from delivery.images.instances import Instances
from delivery.program import DeliveryError
from delivery.services import Services
from delivery.stacks.assembly import template_of
from fakes.account import FakeAccount
from fakes.client import FakeClock
from fakes.cloudformation import FakeCloudFormation, Stack
from fakes.ec2 import FakeEC2
from fakes.ssm import FakeSSM
from localcloud.gaps import machines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from delivery.images.ami import Image
    from delivery.stacks.cdk import Deployer
    from delivery.waiting import Clock

STAGE = "prod"
PUBLIC = "/public/ubuntu"  # its real name begins with /aws, which nobody else may write
PASSED = '{"message": "Self-test passed"}\ncrackling boot test: passed\n'
FAILED = '{"message": "Self-test: the scores differ"}\ncrackling boot test: failed\n'


class World(Protocol):
    deployer: Deployer

    @property
    def aws(self) -> Aws: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def base(self) -> str:
        """A public image."""

    def says(self, console: str) -> None:
        """Set what a machine writes to its console from now on."""

    def let_pass(self, seconds: float) -> None: ...


def services(world: World, account: FakeAccount | None = None) -> Services:
    clients = (account or FakeAccount()).clients
    return Services(aws=world.aws, account=clients, deployer=world.deployer, clock=world.clock)


def assembly(folder: Path, stage: str = STAGE, version: str = "1") -> Path:
    """As small as an assembly with the builder's stack can be; `version` stands for the worker's content."""
    out = folder / f"cdk.out-{stage}-{version}"
    out.mkdir(exist_ok=True)
    stack = names.builder_stack(stage)
    kind = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    template = {
        "Parameters": {
            "Image": {"Type": kind, "Default": PUBLIC},
            names.BUILDER_TYPE_PARAMETER: {"Type": "String", "Default": "t2.nano"},
        },
        "Resources": {
            "Instance": {
                "Type": "AWS::EC2::Instance",
                "Properties": {
                    "ImageId": {"Ref": "Image"},
                    "InstanceType": {"Ref": names.BUILDER_TYPE_PARAMETER},
                },
                "Metadata": {"worker": version},
            }
        },
    }
    (out / "Ec2Stack.template.json").write_text(json.dumps(template))
    properties = {"templateFile": "Ec2Stack.template.json", "stackName": stack}
    artifact = {"type": "aws:cloudformation:stack", "properties": properties}
    (out / "manifest.json").write_text(json.dumps({"artifacts": {"Ec2Stack": artifact}}))
    return out


def an_image(world: World, *, stage: str = STAGE, tested: str | None = "passed", digest: str = "d") -> Image:
    """An image of workers that is there already."""
    images = Images(world.aws.ec2, world.clock)
    machines = Instances(world.aws.ec2, world.clock)
    instance_id = machines.run({"ImageId": world.base, "InstanceType": "t3.small"})
    world.let_pass(60)
    machines.stop(instance_id)
    image = images.create(instance_id, f"image-{world.clock.time()}", stage, digest)
    machines.terminate([instance_id])
    world.let_pass(60)
    if tested:
        images.mark(image.image_id, tested)
    return images.get(image.image_id)


# --- the strict fake ---


class FakeWorld:
    """`meddle` may raise before and after each call of any client; see `FakeClient`."""

    def __init__(self, meddle: Callable[[str, str], None] = lambda _name, _when: None) -> None:
        self.meddle = meddle
        self.clock = FakeClock()
        self.ec2 = FakeEC2(self.clock, self._meddle)
        self.ssm = FakeSSM(self.clock, self._image_state, self._meddle)
        self.cloudformation = FakeCloudFormation(self.clock, self.ec2, self._meddle)
        self.aws = cast("Aws", _Clients(self.ec2, self.ssm, self.cloudformation, None))
        self.deployer: Deployer = FakeDeployer(self)
        self.base = self._public_image()
        self.let_pass(3600)

    def says(self, console: str) -> None:
        self.ec2.console = console

    def let_pass(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    def running(self) -> list[str]:
        """Return what costs money: instances, and stacks that are not being deleted."""
        return [*self.ec2.living(), *self.cloudformation.living()]

    def _meddle(self, name: str, when: str) -> None:
        self.meddle(name, when)

    def _image_state(self, image_id: str) -> str | None:
        image = self.ec2.images.get(image_id)
        return image.state(self.clock.now) if image else None

    def _public_image(self) -> str:
        instance_id = self.ec2.start("ami-0", "t3.small", {})
        self.let_pass(60)
        image_id = str(self.ec2.create_image(InstanceId=instance_id, Name="ubuntu")["ImageId"])
        self.ec2.terminate_instances(InstanceIds=[instance_id])
        self.ssm.put_parameter(Name=PUBLIC, Value=image_id, Type="String", DataType="aws:ec2:image")
        return image_id


@dataclass(frozen=True)
class _Clients:
    ec2: FakeEC2
    ssm: FakeSSM
    cloudformation: FakeCloudFormation
    s3: None


@dataclass
class FakeDeployer:
    """As the CDK's command line: it takes its time, refuses to go on with a stack that is half there, and may fail."""

    world: FakeWorld
    deployed: int = 0
    fails: bool = False
    kinds: list[str] = field(default_factory=list)

    def deploy(self, assembly: Path, stack: str, **parameters: str) -> None:
        world = self.world
        world.meddle("cdk deploy", "before")
        self.kinds.append(parameters[names.BUILDER_TYPE_PARAMETER])
        instance = world.ec2.start(world.base, self.kinds[-1], {})
        world.cloudformation.stacks[stack] = Stack(
            template_of(assembly, stack), {"InstanceId": instance}, instance
        )
        world.let_pass(240)
        self.deployed += 1
        world.meddle("cdk deploy", "after")
        if self.fails:
            world.cloudformation.stacks[stack].status = "ROLLBACK_COMPLETE"
            raise DeliveryError("cdk deploy failed (exit code 1); see above")


# --- moto ---


class SkippingClock:
    """The real time, but nobody has to wait for it."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._skipped

    def time(self) -> float:
        return time.time() + self._skipped

    def sleep(self, seconds: float, /) -> None:
        self._skipped += seconds


@cache
def moto_clients() -> Aws:
    """Return clients that every test shares: botocore takes a second to read what the services are like."""
    client: Any = boto3.client
    services = ("ec2", "ssm", "cloudformation", "s3", "cognito-idp")
    return Aws(*(client(name, region_name="us-east-1") for name in services))


class MotoWorld:
    """Inside of `moto.mock_aws()`."""

    def __init__(self, monkeypatch: Any) -> None:
        self._monkeypatch = monkeypatch
        machines.install()
        self.clock = SkippingClock()
        self.aws = moto_clients()
        self.deployer: Deployer = MotoDeployer(self)
        self.base = self.aws.ec2.register_image(Name="ubuntu", RootDeviceName="/dev/sda1")["ImageId"]
        self.aws.ssm.put_parameter(Name=PUBLIC, Value=self.base, Type="String")
        self.says(PASSED)

    def says(self, console: str) -> None:
        # Of every machine, as none has started yet when a test says this.
        self._monkeypatch.setattr(machines, "console_of", lambda _instance_id: console)

    def let_pass(self, seconds: float) -> None:
        self.clock.sleep(seconds)


@dataclass
class MotoDeployer:
    world: MotoWorld

    def deploy(self, assembly: Path, stack: str, **parameters: str) -> None:
        template = template_of(assembly, stack)
        template["Outputs"] = {"InstanceId": {"Value": {"Ref": "Instance"}}}
        kind = parameters[names.BUILDER_TYPE_PARAMETER]
        template["Resources"]["Instance"]["Properties"] |= {"ImageId": self.world.base, "InstanceType": kind}
        template.pop("Parameters")
        self.world.aws.cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(template))
