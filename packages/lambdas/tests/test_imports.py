"""Check that imports point one way: handlers -> api -> jobs -> genomes -> crackling_aws -> crackling."""

from __future__ import annotations

from pathlib import Path

import crackling_lambdas
from imports import imports

PACKAGE = Path(crackling_lambdas.__file__).parent
# What each folder or module of the package may import of the others.
ALLOWED = {
    "handlers": {"api", "caps", "jobs", "genomes", "index_files", "reaping", "runtime"},
    "api": {"caps", "jobs", "genomes", "runtime", "errors"},
    "jobs": {"caps", "genomes", "index_files", "errors"},
    "genomes": {"caps", "errors"},
    "caps": {"errors"},
    "index_files": {"errors"},
    "reaping": {"genomes"},
    "runtime": set(),
    "errors": set(),
}
LAMBDA = {"handlers", "api", "runtime"}  # only these may know Lambda's events


def edges() -> list[tuple[str, str]]:
    """Each import as the folder that it is in and what is imported."""
    return [(module.split(".")[1], imported) for module, imported in imports(PACKAGE) if "." in module]


def test_every_folder_has_a_rule() -> None:
    there_are = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert there_are - {"__init__", "__pycache__", "py"} == set(ALLOWED)


def test_imports_point_one_way() -> None:
    wrong = [
        (folder, imported)
        for folder, imported in edges()
        if imported.startswith("crackling_lambdas.")
        and imported.split(".")[1] not in {folder, *ALLOWED[folder]}
    ]
    assert not wrong


def test_no_handler_imports_another() -> None:
    """Each is a function of its own."""
    assert not [pair for pair in edges() if pair[1].startswith("crackling_lambdas.handlers")]


def test_the_logic_knows_nothing_of_lambda() -> None:
    known = {folder for folder, imported in edges() if imported.startswith("aws_lambda_powertools")}
    assert known <= LAMBDA
