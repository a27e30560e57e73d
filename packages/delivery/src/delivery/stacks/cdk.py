"""Run the CDK's command line, which deploys stacks."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from delivery.program import DeliveryError
from delivery.repository import NODE_PROGRAMS, ROOT, build, environment
from delivery.stacks.assembly import artifact_of

if TYPE_CHECKING:
    from pathlib import Path


class Deployer(Protocol):
    """Deploys the stacks of a synthesised assembly."""

    def deploy(self, assembly: Path, stack: str, **parameters: str) -> None: ...


@dataclass(frozen=True)
class CdkCli:
    """The pinned command line, with the credentials, region and endpoint of this process."""

    def deploy(self, assembly: Path, stack: str, **parameters: str) -> None:
        """Deploy one stack with these parameters, and return when CloudFormation has finished.

        Raises:
            DeliveryError: the deployment failed, and CloudFormation has rolled it back; the CDK's output is on standard error.
        """
        options = ("--require-approval", "never", "--progress", "events", "--no-color", "--no-notices")
        name, _ = artifact_of(assembly, stack)
        given = [word for key, value in parameters.items() for word in ("--parameters", f"{key}={value}")]
        self._run("deploy", name, "--app", str(assembly.resolve()), *given, *options)

    def bootstrap(self, environment: str) -> None:
        """Create the CDK's own bucket and roles in `aws://ACCOUNT/REGION`, unless they exist."""
        self._run("bootstrap", environment, "--no-color", "--no-notices")

    def _run(self, *arguments: str) -> None:
        build("node")
        variables = environment(CDK_DISABLE_CLI_TELEMETRY="1", CI="1", NODE_NO_WARNINGS="1")
        words = [str(NODE_PROGRAMS / "cdk"), *arguments]
        # Not in the folder of the CDK app, whose cdk.json would be read.
        done = subprocess.run(words, cwd=ROOT, env=variables, stdout=sys.stderr, check=False)
        if done.returncode:
            raise DeliveryError(
                f"cdk {' '.join(arguments[:2])} failed (exit code {done.returncode}); see above"
            )
