"""Stacks, as CloudFormation has them, and the CDK's command line that deploys them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

import build
from delivery.program import DeliveryError
from delivery.waiting import REAL, Clock, patiently, until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

Template = dict[str, Any]
"""A CloudFormation template: shaped by AWS, not by us."""

DELETE_SECONDS = 30 * 60.0


class Deployer(Protocol):
    """What can deploy the stacks of a synthesised assembly."""

    def deploy(self, assembly: Path, stack: str) -> None: ...


@dataclass(frozen=True)
class CdkCli:
    """The pinned command line, with the credentials, region and endpoint of this process."""

    def deploy(self, assembly: Path, stack: str) -> None:
        """Deploy one stack; returns when CloudFormation is done.

        Raises:
            DeliveryError: the deployment failed; CloudFormation has rolled it back. What the CDK said is on stderr.
        """
        options = ("--require-approval", "never", "--progress", "events", "--no-color", "--no-notices")
        name, _ = _artifact(assembly, stack)
        self._run("deploy", name, "--app", str(assembly.resolve()), *options)

    def bootstrap(self, environment: str) -> None:
        """Make the CDK's own bucket and roles in `aws://ACCOUNT/REGION`; nothing changes if they are there."""
        self._run("bootstrap", environment, "--no-color", "--no-notices")

    def _run(self, *arguments: str) -> None:
        build.npm(build.INFRA)
        environment = {**os.environ, "CDK_DISABLE_CLI_TELEMETRY": "1", "CI": "1", "NODE_NO_WARNINGS": "1"}
        words = [str(build.CDK), *arguments]
        # Not in the CDK app's folder: its cdk.json would be obeyed.
        done = subprocess.run(words, cwd=build.ROOT, env=environment, stdout=sys.stderr, check=False)
        if done.returncode:
            raise DeliveryError(
                f"cdk {' '.join(arguments[:2])} failed (exit code {done.returncode}); see above"
            )


@dataclass(frozen=True)
class Stacks:
    cloudformation: CloudFormationClient
    clock: Clock = REAL

    def status(self, stack: str) -> str | None:
        """As CloudFormation names it; None if there is no such stack."""
        found = patiently(lambda: self._found(stack), stack, clock=self.clock)
        return found[0]["StackStatus"] if found else None

    def outputs(self, stack: str) -> dict[str, str]:
        """A deployed stack's outputs.

        Raises:
            DeliveryError: there is no such stack.
        """
        found = patiently(lambda: self._found(stack), stack, clock=self.clock)
        if not found:
            raise DeliveryError(f"{stack}: no such stack in this account and region")
        return {output["OutputKey"]: output["OutputValue"] for output in found[0].get("Outputs", [])}

    def template(self, stack: str) -> Template | None:
        """What is deployed, as it was given; None if there is no such stack."""
        if self.status(stack) is None:
            return None
        body: Any = patiently(
            lambda: self.cloudformation.get_template(StackName=stack, TemplateStage="Original"),
            stack,
            clock=self.clock,
        )["TemplateBody"]
        template: Template = json.loads(body) if isinstance(body, str) else dict(body)
        return template

    def destroy(self, stack: str) -> None:
        """Delete a stack, whatever state it is in, and wait until it is gone; nothing if there is none.

        Raises:
            DeliveryError: CloudFormation could not delete it.
        """
        if self.status(stack) is None:
            return
        patiently(lambda: self.cloudformation.delete_stack(StackName=stack), stack, clock=self.clock)
        until(
            lambda: self._gone(stack),
            f"deletion of {stack}",
            seconds=DELETE_SECONDS,
            every=10,
            clock=self.clock,
        )

    def _gone(self, stack: str) -> bool | None:
        found = self._found(stack)
        if found and found[0]["StackStatus"] == "DELETE_FAILED":
            reason = found[0].get("StackStatusReason", "no reason was given")
            raise DeliveryError(f"{stack} could not be deleted: {reason}")
        return None if found else True

    def _found(self, stack: str) -> Sequence[StackTypeDef]:
        try:
            found = self.cloudformation.describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            answer = error.response["Error"]
            if answer["Code"] == "ValidationError" and "does not exist" in answer["Message"]:
                return []
            raise
        return [one for one in found if one["StackStatus"] != "DELETE_COMPLETE"]


def template_of(assembly: Path, stack: str) -> Template:
    """A stack's template in a synthesised assembly.

    Raises:
        DeliveryError: the assembly has no such stack.
    """
    template: Template = json.loads(template_file(assembly, stack).read_text("utf-8"))
    return template


def template_file(assembly: Path, stack: str) -> Path:
    """Where a synthesised assembly has a stack's template; see `template_of`."""
    _name, artifact = _artifact(assembly, stack)
    return assembly / str(artifact["properties"]["templateFile"])


def _artifact(assembly: Path, stack: str) -> tuple[str, dict[str, Any]]:
    """A stack's entry in an assembly, with the name by which the CDK's command line knows it: not that of the stack."""
    manifest = json.loads((assembly / "manifest.json").read_text("utf-8"))
    for name, artifact in manifest["artifacts"].items():
        if artifact.get("properties", {}).get("stackName") == stack:
            return artifact.get("displayName", name), artifact
    raise DeliveryError(f"{assembly}: no stack {stack}; was it synthesised for another stage?")
