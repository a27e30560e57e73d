"""Write the documentation page that lists the settings: `python -m crackling_infra.settings_page` (docs/settings.md)."""

from __future__ import annotations

from pathlib import Path

from crackling_infra.settings import options

PAGE = Path(__file__).resolve().parents[4] / "docs" / "settings.md"
_OPENING = """# Settings

What may differ from one deployment to the next. `deploy` takes a setting as `-c key=value`; for the workflows, settings are in
`context` of `packages/infra/cdk.json`. A value that cannot be used stops the synthesis with an error that names the key.

This page is made from `packages/infra/src/crackling_infra/settings.py` by `python -m crackling_infra.settings_page`.

| Key | Default | Meaning |
|---|---|---|
"""


def text() -> str:
    """Return the page as Markdown."""
    rows = (f"| `{option.key}` | {option.default} | {option.meaning} |\n" for option in options())
    return _OPENING + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
