"""Release an assembly: deploy it, and go back to the previous template if the service does not work.

A template names every asset by the hash of its content, and the CDK's bucket keeps assets. The previous template is therefore
all that is needed to restore the previous deployment, except for its data.
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
        """Deploy an assembly, test the stage, and roll back if it does not work.

        Raises:
            DeliveryError: the stage does not work. The previous template is deployed again, if there was one.
        """
        stack = names.service_stack(self.stage)
        before = self.stacks.template(stack)
        self.deployer.deploy(assembly, stack)
        try:
            self.smoke_test()
        except DeliveryError as error:
            if before is None:
                raise DeliveryError(
                    f"{stack} does not work: {error}; there is nothing to roll back to, as this was its first deployment"
                ) from error
            say(f"rolling back: {error}")
            with with_template(assembly, stack, before) as former:
                self.deployer.deploy(former, stack)
            raise DeliveryError(
                f"{stack} did not work and was rolled back to the previous template: {error}"
            ) from error


@contextmanager
def with_template(assembly: Path, stack: str, template: Template) -> Iterator[Path]:
    """Yield an assembly that deploys another template of a stack; it is deleted on exit.

    Only the template is uploaded: its assets were uploaded when it was first deployed.
    """
    file = template_file(assembly, stack)
    with tempfile.TemporaryDirectory(prefix="crackling-rollback-") as folder:
        copy = Path(folder) / "cdk.out"
        # Assets are large, and not needed.
        shutil.copytree(assembly, copy, ignore=shutil.ignore_patterns("asset.*"))
        content = json.dumps(template, indent=1).encode()
        (copy / file.name).write_bytes(content)
        _name_template(copy, file.name, hashlib.sha256(content).hexdigest())
        yield copy


def _name_template(assembly: Path, template: str, digest: str) -> None:
    """Change the manifests to the new name of the template in the CDK's bucket, the hash of its content."""
    path = assembly / template.replace(".template.json", ".assets.json")
    manifest = json.loads(path.read_text("utf-8"))
    old, asset = next(
        (key, asset) for key, asset in manifest["files"].items() if asset["source"]["path"] == template
    )
    manifest["files"] = {digest: json.loads(json.dumps(asset).replace(old, digest))}
    path.write_text(json.dumps(manifest), "utf-8")
    whole = assembly / "manifest.json"
    whole.write_text(whole.read_text("utf-8").replace(old, digest), "utf-8")
