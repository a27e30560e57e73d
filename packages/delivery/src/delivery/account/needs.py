"""Read from an assembly what its stacks need of an account."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crackling_aws import names
from crackling_aws.names import WorkerTypes
from delivery.stacks.assembly import artifact_of, stacks_of, template_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from delivery.stacks.assembly import Template

_METADATA = "AWS::CDK::Metadata"  # CloudFormation knows it without a schema
_HASH = re.compile(r"[0-9A-F]{8}$")  # the CDK's end of a logical id


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Hold what a deployment needs.

    `memory` is that of each function, in MB. `at_once` is the number of invocations that the queues may cause at a time.
    `workers` are instance types, and so is `builder`, with its architecture. `bootstrap` is the SSM parameter of the CDK's
    version, and the oldest version that will do. `types` are the types of all resources that CloudFormation makes.
    """

    memory: Mapping[str, int]
    reserved: int
    at_once: int
    workers: tuple[WorkerTypes, ...]
    spot: bool
    builder: tuple[str, str] | None
    distributions: int
    default_vpc: bool
    bootstrap: tuple[str, int] | None
    types: frozenset[str] = frozenset()


def needs_of(assembly: Path, stage: str) -> Needs:
    """Return what the assembly's stacks of a stage need.

    Raises:
        DeliveryError: the assembly does not contain the stage.
    """
    stack = names.service_stack(stage)
    service = template_of(assembly, stack)
    functions = list(_resources(service, "AWS::Lambda::Function"))
    return Needs(
        memory={_HASH.sub("", name): int(one.get("MemorySize", 128)) for name, one in functions},
        reserved=sum(int(one.get("ReservedConcurrentExecutions", 0)) for _, one in functions),
        at_once=sum(
            int(one["ScalingConfig"]["MaximumConcurrency"])
            for _, one in _resources(service, "AWS::Lambda::EventSourceMapping")
            if "ScalingConfig" in one
        ),
        workers=_worker_types(functions),
        spot=any(
            "InstanceMarketOptions" in one["LaunchTemplateData"]
            for _, one in _resources(service, "AWS::EC2::LaunchTemplate")
        ),
        builder=next((preferred_builder(one) for one in _builder_template(assembly, stage)), None),
        distributions=len(list(_resources(service, "AWS::CloudFront::Distribution"))),
        default_vpc=any("VpcId" not in one for _, one in _resources(service, "AWS::EC2::SecurityGroup")),
        bootstrap=_bootstrap(assembly, stack),
        types=frozenset(
            one["Type"]
            for template in (service, *_builder_template(assembly, stage))
            for one in template["Resources"].values()
            if one["Type"].startswith("AWS::") and one["Type"] != _METADATA
        ),
    )


def _resources(template: Template, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the logical id and the properties of each resource of a kind."""
    for name, one in template.get("Resources", {}).items():
        if one["Type"] == kind:
            yield name, one.get("Properties", {})


def _worker_types(functions: list[tuple[str, dict[str, Any]]]) -> tuple[WorkerTypes, ...]:
    for _, one in functions:
        told = one.get("Environment", {}).get("Variables", {}).get("WORKER_TYPES")
        if told:
            return tuple(WorkerTypes(int(bases), tuple(types)) for bases, types in json.loads(told))
    return ()


def _builder_template(assembly: Path, stage: str) -> list[Template]:
    """Return the template of the builder's stack, or nothing if the assembly does not have it."""
    stack = names.builder_stack(stage)
    return [template_of(assembly, stack)] if stack in stacks_of(assembly) else []


def preferred_builder(template: Template) -> tuple[str, str]:
    """Return the instance type that the builder's stack prefers, and its architecture."""
    parameters = template["Parameters"]
    arm = any("/arm64/" in str(one.get("Default")) for one in parameters.values())
    return str(parameters[names.BUILDER_TYPE_PARAMETER]["Default"]), "arm64" if arm else "x86_64"


def _bootstrap(assembly: Path, stack: str) -> tuple[str, int] | None:
    _, artifact = artifact_of(assembly, stack)
    properties = artifact["properties"]
    parameter = properties.get("bootstrapStackVersionSsmParameter")
    return (str(parameter), int(properties["requiresBootstrapStackVersion"])) if parameter else None
