"""Check what the page is built and tested against: the API's description, and what it tells about itself.

After a change of the API, `./scripts/test -s generated -- --write` writes both files and the page's types anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

CONTRACT = Path(__file__).parents[3] / "frontend" / "contract"
# What differs from release to release, and from deployment to deployment.
CHANGING = ("versions", "mailDomains")


def about(service: Any) -> dict[str, Any]:
    return {name: value for name, value in service.ask("GET", "/about").json.items() if name not in CHANGING}


def description(service: Any) -> dict[str, Any]:
    described: dict[str, Any] = service.ask("GET", "/openapi.json").json
    return described


@pytest.mark.parametrize(("name", "read"), [("about.json", about), ("openapi.json", description)])
def test_the_page_has_the_current_contract(
    service: Any, name: str, read: Callable[[Any], dict[str, Any]], request: pytest.FixtureRequest
) -> None:
    file = CONTRACT / name
    current = json.dumps(read(service), indent=2) + "\n"
    if request.config.getoption("--write-contract"):
        file.write_text(current, encoding="utf-8", newline="\n")
    assert file.read_text(encoding="utf-8") == current, (
        f"{file.name} is stale: run `./scripts/test -s generated -- --write`"
    )
