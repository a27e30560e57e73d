"""Synthesised cloud assemblies: the folders that `cdk synth` writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from delivery.program import DeliveryError

if TYPE_CHECKING:
    from pathlib import Path

Template = dict[str, Any]
"""A CloudFormation template; AWS defines its shape."""


def stacks_of(assembly: Path) -> list[str]:
    """Return the names of an assembly's stacks.

    Raises:
        DeliveryError: the folder is not a cloud assembly.
    """
    return sorted(
        str(artifact["properties"]["stackName"])
        for artifact in _artifacts(assembly).values()
        if artifact["type"] == "aws:cloudformation:stack"
    )


def template_of(assembly: Path, stack: str) -> Template:
    """Return the template of a stack.

    Raises:
        DeliveryError: the assembly does not contain the stack.
    """
    template: Template = json.loads(template_file(assembly, stack).read_text("utf-8"))
    return template


def template_file(assembly: Path, stack: str) -> Path:
    """Return the file that holds the template of a stack; see `template_of`."""
    _name, artifact = artifact_of(assembly, stack)
    return assembly / str(artifact["properties"]["templateFile"])


def artifact_of(assembly: Path, stack: str) -> tuple[str, dict[str, Any]]:
    """Return the name by which the CDK's command line knows a stack, which is not the stack's own, and its entry."""
    for name, artifact in _artifacts(assembly).items():
        if artifact.get("properties", {}).get("stackName") == stack:
            return artifact.get("displayName", name), artifact
    raise DeliveryError(f"{assembly} has no stack {stack}; was it synthesised for another stage?")


def _artifacts(assembly: Path) -> dict[str, dict[str, Any]]:
    try:
        found: dict[str, dict[str, Any]] = json.loads((assembly / "manifest.json").read_text("utf-8"))[
            "artifacts"
        ]
    except OSError as error:
        raise DeliveryError(f"{assembly} is not a cloud assembly: {error}") from error
    return found
