from __future__ import annotations

from pathlib import Path

import crackling_aws
from imports import imports

PACKAGE = Path(crackling_aws.__file__).parent
UNKNOWN = ("crackling_lambdas", "crackling_worker", "aws_lambda_powertools", "pydantic")


def test_the_adapters_know_nobody_who_uses_them() -> None:
    upward = [pair for pair in imports(PACKAGE) if pair[1].split(".")[0] in UNKNOWN]
    assert not upward


def test_the_stores_know_nothing_of_preparation() -> None:
    upward = [
        (module, imported)
        for module, imported in imports(PACKAGE / "stores")
        if imported.startswith("crackling_aws.preparation")
    ]
    assert not upward


def test_the_names_import_nothing_of_ours() -> None:
    imported = {name for module, name in imports(PACKAGE) if module == "crackling_aws.names"}
    assert not [name for name in imported if name.startswith("crackling")]
