"""Write the page of settings and regions, docs/settings.md: `python -m crackling_infra.settings_page`.

With `--check`, write nothing, and fail if the page is not what would be written.
"""

from __future__ import annotations

import sys
from pathlib import Path

from crackling_infra.regions import SUPPORTED, WITHOUT_BUDGETS, WITHOUT_T2
from crackling_infra.settings import options

PAGE = Path(__file__).resolve().parents[4] / "docs" / "settings.md"
_OPENING = """# Settings

What may differ from one deployment to the next. `deploy` takes a setting as `-c key=value`; for the workflows, settings are in
`context` of `packages/infra/cdk.json`. A value that cannot be used stops the synthesis with an error that names the key.

This page is made from `settings.py` and `regions.py` in `packages/infra/src/crackling_infra` by
`./scripts/test -s generated -- --write`.

| Key | Default | Meaning |
|---|---|---|
"""


_REGIONS = """
## Regions

The templates are checked against the schemas that CloudFormation has for these regions; nothing was deployed to them. China and
the regions of governments lack types that the page needs.

| Region | `budgetAmount` | has t2.nano |
|---|---|---|
"""


def text() -> str:
    """Return the page as Markdown."""
    rows = (f"| `{option.key}` | {option.default} | {option.meaning} |\n" for option in options())
    regions = (
        f"| `{one}` | {_answer(one not in WITHOUT_BUDGETS)} | {_answer(one not in WITHOUT_T2)} |\n"
        for one in SUPPORTED
    )
    return _OPENING + "".join(rows) + _REGIONS + "".join(regions)


def _answer(yes: bool) -> str:
    return "yes" if yes else "no"


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        return 0 if PAGE.read_text("utf-8") == text() else 1
    PAGE.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
