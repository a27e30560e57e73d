"""Show a gap of moto: a probe that fails on the unpatched server and succeeds on the local cloud."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from localcloud.world import World

Probe = Callable[[World], Any]
FAILURES = (ClientError, ResponseParserError, KeyError, IndexError)
"""How moto fails: with an error, with HTTP 500 and an HTML page, or by leaving something out."""

_numbers = itertools.count()


def fresh(name: str) -> str:
    return f"{name}-{next(_numbers)}"


def shows_gap(stock: World, mended: World, probe: Probe) -> None:
    """Check that the probe is falsy or fails on unpatched moto, and is true on the local cloud."""
    try:
        still_right = probe(stock)
    except FAILURES:
        still_right = False
    assert not still_right, "moto has learnt this: the gap can go"
    assert probe(mended)


def create(
    world: World, resources: dict[str, Any], outputs: dict[str, Any] | None = None, **more: Any
) -> Stack:
    """Create a stack of these resources. Raises ClientError, or leaves a failed stack."""
    template = {
        "Resources": resources,
        "Outputs": {k: {"Value": v} for k, v in (outputs or {}).items()},
        **more,
    }
    name = fresh("gap")
    world.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))
    return Stack(world, name)


class Stack:
    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.cloudformation = world.client("cloudformation")

    def _described(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        return found

    @property
    def status(self) -> str:
        return str(self._described()["StackStatus"])

    @property
    def outputs(self) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self._described().get("Outputs", [])}

    def update(self, resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> None:
        template = {"Resources": resources, "Outputs": {k: {"Value": v} for k, v in (outputs or {}).items()}}
        self.cloudformation.update_stack(StackName=self.name, TemplateBody=json.dumps(template))

    def delete(self) -> None:
        self.cloudformation.delete_stack(StackName=self.name)


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def att(name: str, attribute: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}
