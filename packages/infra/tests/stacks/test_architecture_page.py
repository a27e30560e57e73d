"""Test that the table of functions in docs/architecture.md says what the stack of an established account has."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from templates import Template

if TYPE_CHECKING:
    from collections.abc import Callable

    from templates import Template

PAGE = Path(__file__).resolve().parents[4] / "docs" / "architecture.md"
ROW = re.compile(
    r"^\| `(?P<module>\w+)`.* \| (?P<timeout>\d+) (?P<unit>s|min) \| (?P<memory>[\d,]+) MB \| (?P<scratch>[\d,]+) MB \|$",
    re.MULTILINE,
)
SECONDS = {"s": 1, "min": 60}


def number(text: str) -> int:
    return int(text.replace(",", ""))


def test_the_table_of_functions_is_true(synthesise: Callable[..., tuple[Template, Template]]) -> None:
    stack, _ = synthesise(account="established", mailDomains="example.org")
    deployed = {
        module: (
            function["Timeout"],
            function["MemorySize"],
            function.get("EphemeralStorage", {"Size": 512})["Size"],
        )
        for module, function in stack.functions().items()
    }
    documented = {
        row["module"]: (
            number(row["timeout"]) * SECONDS[row["unit"]],
            number(row["memory"]),
            number(row["scratch"]),
        )
        for row in ROW.finditer(PAGE.read_text("utf-8"))
    }
    assert documented == deployed
