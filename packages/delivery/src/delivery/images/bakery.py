"""Bake: make a promoted image from the inputs of an image. This may be killed at any point and run again.

All state is in AWS: tags of an image hold the digest of its inputs and the result of its boot test. Whatever runs when a bake
starts was left by one that was killed.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling_aws import names
from delivery.account.instance_types import builder_type
from delivery.account.needs import preferred_builder
from delivery.aws import AWS_ERRORS
from delivery.images import promotion
from delivery.program import DeliveryError, say
from delivery.stacks.assembly import Template, template_of
from delivery.waiting import with_retries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from mypy_boto3_ssm import SSMClient

    from delivery.account.clients import AccountClients
    from delivery.images.ami import Image, Images
    from delivery.images.boot_test import BootTest
    from delivery.images.instances import Instances
    from delivery.images.parameter import ImageParameter
    from delivery.stacks.cdk import Deployer
    from delivery.stacks.cloudformation import Stacks

PUBLIC_IMAGE = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"


def digest(template: Template, public: Mapping[str, str]) -> str:
    """Return the digest of everything that goes into an image.

    That is the builder's template, which names its assets by the hash of their content, and the public images (parameter -> id)
    that it starts from.
    """
    text = json.dumps([template, dict(public)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def public_parameters(template: Template) -> list[str]:
    """Return the SSM parameters of the public images that a template starts from."""
    parameters = template.get("Parameters", {}).values()
    return sorted(one["Default"] for one in parameters if one["Type"] == PUBLIC_IMAGE)


def reusable(images: list[Image], wanted: str) -> Image | None:
    """Return the newest image with this digest that is available or pending and has not failed its boot test."""
    alive = [one for one in images if one.state in ("available", "pending") and one.tested != names.FAILED]
    return next((one for one in reversed(alive) if one.digest == wanted), None)


@dataclass(frozen=True)
class Bakery:
    """Bakes images for a stage. Each of its parts waits for AWS by itself."""

    stage: str
    ssm: SSMClient
    stacks: Stacks
    instances: Instances
    images: Images
    boot_test: BootTest
    parameter: ImageParameter
    deployer: Deployer
    account: Callable[[], AccountClients]

    def digest(self, assembly: Path) -> str:
        """Return the digest of the image that `assembly` would result in now."""
        template = template_of(assembly, names.builder_stack(self.stage))
        return digest(template, {name: self._value(name) for name in public_parameters(template)})

    def _value(self, name: str) -> str:
        answer = with_retries(lambda: self.ssm.get_parameter(Name=name), name, clock=self.images.clock)
        return answer["Parameter"]["Value"]

    def find(self, wanted: str) -> Image | None:
        return reusable(self.images.all(self.stage), wanted)

    def bake(self, assembly: Path, *, force: bool = False, promote: bool = True) -> Image:
        """Create, test and promote the image that `assembly` describes, skipping steps that are done, and return it.

        Raises:
            DeliveryError: a step failed. Nothing is left running, and the current image stays in use.
        """
        self.sweep()
        wanted = self.digest(assembly)
        found = None if force else self.find(wanted)
        if found:
            say(f"{found.image_id} is baked from the same inputs (digest {wanted})")
            image = self.images.wait(found.image_id)
        else:
            image = self._make(assembly, wanted)
        self._try(image)
        if promote:
            promotion.promote(image.image_id, self.images, self.parameter)
        return image

    def sweep(self) -> None:
        """Terminate whatever a bake that was killed has left running."""
        self.boot_test.sweep(self.stage)
        self.stacks.destroy(names.builder_stack(self.stage))

    def _make(self, assembly: Path, wanted: str) -> Image:
        with self._builder(assembly) as instance_id:
            say(f"waiting for the status checks of {instance_id} ...")
            self.instances.wait_for_checks(instance_id)
            self.instances.stop(instance_id)
            name = f"crackling-{self.stage}-worker-{wanted}-{self.images.clock.time():.0f}"
            say(f"creating the image {name} ...")
            return self.images.create(instance_id, name, self.stage, wanted)

    @contextmanager
    def _builder(self, assembly: Path) -> Iterator[str]:
        """Deploy the builder's stack and yield the id of its instance, which is then set up; always destroy the stack."""
        stack = names.builder_stack(self.stage)
        try:
            kind = self._builder_type(assembly, stack)
            say(f"deploying {stack}, a {kind} ...")
            self.deployer.deploy(assembly, stack, **{names.BUILDER_TYPE_PARAMETER: kind})
            yield self.stacks.outputs(stack)["InstanceId"]
        finally:
            say(f"destroying {stack} ...")
            self.stacks.destroy(stack)

    def _builder_type(self, assembly: Path, stack: str) -> str:
        """Return the instance type to bake on, the stack's own if AWS does not tell which it would start."""
        preferred, architecture = preferred_builder(template_of(assembly, stack))
        try:
            return builder_type(self.account(), preferred, architecture)
        except AWS_ERRORS as error:
            say(f"instance types could not be asked for: {error}")
            return preferred

    def _try(self, image: Image) -> None:
        if image.tested == names.PASSED:
            return
        passed = self.boot_test.passes(image)
        self.images.mark(image.image_id, names.PASSED if passed else names.FAILED)
        if not passed:
            raise DeliveryError(
                f"{image.image_id} failed its boot test: see its console above; the current image stays in use"
            )
