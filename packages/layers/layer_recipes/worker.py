"""Build the worker's payload: what init.sh needs to turn a plain machine into a worker.

    init.sh  units/  requirements.txt (from the lock; the machine downloads them)  wheels/ (ours, with the compiled kernel)

A new image is needed when the digest of this tree changes.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layer_recipes import lock, own_wheels
from layer_recipes.recipe import REPOSITORY, Recipe

if TYPE_CHECKING:
    from layer_recipes.target import Target

_AWS: Final = REPOSITORY / "packages/crackling_aws"
_WORKER: Final = REPOSITORY / "packages/ec2_worker"
_REQUIREMENTS: Final = ("crackling", "boto3")
# Changes of tests and documentation need no new image.
_PACKAGES: Final = {
    own_wheels.CRACKLING: own_wheels.CRACKLING_PARTS,
    _AWS: own_wheels.PARTS,
    _WORKER: own_wheels.PARTS,
}


def build(target: Target, into: Path) -> None:
    shutil.copy2(_WORKER / "init.sh", into)
    shutil.copytree(_WORKER / "units", into / "units")
    (into / "requirements.txt").write_text(lock.export(*_REQUIREMENTS))
    (into / "wheels").mkdir()
    for package, parts in _PACKAGES.items():
        own_wheels.build(package, parts, target.compiler, f"linux-{target.machine}", into / "wheels")


def inputs(_target: Target) -> list[Path | str]:
    parts = [package / part for package, parts in _PACKAGES.items() for part in parts]
    machine = [_WORKER / "init.sh", _WORKER / "units"]
    return [*machine, *parts, lock.export(*_REQUIREMENTS)]


WORKER: Final = Recipe("worker", build, inputs, lambda target: Path("worker") / target.arch)
