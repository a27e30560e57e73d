"""Deploying an assembly, and going back to the template before if the service does not work with it.

A template names every asset by its content, and the CDK's bucket keeps assets: so the template before is the whole deployment
before, except for data.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crackling_aws import names
from delivery.program import DeliveryError, say
from delivery.stacks.assembly import Template, template_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from delivery.stacks.cdk import Deployer
    from delivery.stacks.cloudformation import Stacks


@dataclass(frozen=True)
class Release:
    stage: str
    stacks: Stacks
    deployer: Deployer
    smoke_test: Callable[[], None]

    def run(self, assembly: Path) -> None:
        """Deploy, try, and roll back what does not work.

        Raises:
            DeliveryError: it does not work. What was deployed before is deployed again, if there was anything.
        """
        stack = names.service_stack(self.stage)
        before = self.stacks.template(stack)
        self.deployer.deploy(assembly, stack)
        try:
            self.smoke_test()
        except DeliveryError as error:
            if before is None:
                raise DeliveryError(
                    f"{stack} does not work: {error}; nothing to roll back to: this was its first deployment"
                ) from error
            say(f"rolling back: {error}")
            with with_template(assembly, stack, before) as former:
                self.deployer.deploy(former, stack)
            raise DeliveryError(
                f"{stack} did not work and is back at what was deployed before: {error}"
            ) from error


@contextmanager
def with_template(assembly: Path, stack: str, template: Template) -> Iterator[Path]:
    """An assembly that deploys another template of a stack; it lives as long as the context.

    Only the template is uploaded: the assets that it names were, when it was deployed first.
    """
    file = template_file(assembly, stack)
    with tempfile.TemporaryDirectory(prefix="crackling-rollback-") as folder:
        copy = Path(folder) / "cdk.out"
        # Assets are large, and none is needed.
        shutil.copytree(assembly, copy, ignore=shutil.ignore_patterns("asset.*"))
        content = json.dumps(template, indent=1).encode()
        (copy / file.name).write_bytes(content)
        _name_template(copy, file.name, hashlib.sha256(content).hexdigest())
        yield copy


def _name_template(assembly: Path, template: str, digest: str) -> None:
    """Let the manifests say what the template is called in the CDK's bucket, which is by its content."""
    path = assembly / template.replace(".template.json", ".assets.json")
    manifest = json.loads(path.read_text("utf-8"))
    old, asset = next(
        (key, asset) for key, asset in manifest["files"].items() if asset["source"]["path"] == template
    )
    manifest["files"] = {digest: json.loads(json.dumps(asset).replace(old, digest))}
    path.write_text(json.dumps(manifest), "utf-8")
    whole = assembly / "manifest.json"
    whole.write_text(whole.read_text("utf-8").replace(old, digest), "utf-8")
