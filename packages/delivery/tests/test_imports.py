"""What the package may import of the repository: the names of deployed things, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import delivery
from delivery.repository import ROOT

OURS = {path.name for path in ROOT.glob("packages/*/src/*")} | {
    path.stem for path in ROOT.glob("scripts/*.py")
}
IMPORT = re.compile(r"^\s*(?:from|import) ([\w.]+)(?: import (.+))?", re.MULTILINE)


def test_of_the_repository_it_imports_the_names_only() -> None:
    sources = [path.read_text("utf-8") for path in Path(delivery.__file__).parent.rglob("*.py")]
    found = {match.groups() for source in sources for match in IMPORT.finditer(source)}
    ours = {
        module if module != "crackling_aws" else f"{module}.{names}"
        for module, names in found
        if _root(module) in OURS
    }
    assert ours == {"crackling_aws.names"}


def _root(module: str) -> str:
    root = module.partition(".")[0]
    return "" if root == "delivery" else root
