"""Read one key of the CDK's context at a time, and record each key with its default and its meaning.

The record is what the documentation lists (`settings_page.py`), so that a setting is described where it is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


class SettingsError(ValueError):
    """A setting is missing or unusable; the message names its context key and what would do."""


@dataclass(frozen=True, slots=True)
class Option:
    """A context key, its default as users see it, and what it does, in Markdown."""

    key: str
    default: str
    meaning: str


class ContextReader:
    """Read the CDK's context; every error names the key."""

    def __init__(self, context: Callable[[str], object]) -> None:
        self._context = context
        self.options: list[Option] = []

    def text(self, key: str, default: str, meaning: str, *, pattern: str = r".+") -> str:
        self._record(key, default, meaning)
        return self._matching(key, default, pattern)

    def optional(self, key: str, meaning: str, *, pattern: str = r".+", default: str = "none") -> str | None:
        """Return the value, or None; `default` is how the documentation describes None."""
        self._record(key, default, meaning)
        return self._matching(key, "", pattern) if self._context(key) not in (None, "") else None

    def number(self, key: str, default: int, least: int, most: int, meaning: str) -> int:
        self._record(key, f"{default:,}" if default else "off", f"{meaning} ({least:,} to {most:,})")
        text = self._matching(key, str(default), r"-?\d+")
        if not least <= int(text) <= most:
            raise SettingsError(f"context '{key}': {text} is not between {least} and {most}")
        return int(text)

    def choice(self, key: str, default: int, choices: Collection[int], meaning: str) -> int:
        listed = ", ".join(map(str, choices))
        self._record(key, str(default), f"{meaning} (one of {listed})")
        number = int(self._matching(key, str(default), r"\d+"))
        if number not in choices:
            raise SettingsError(f"context '{key}': {number} is none of {listed}")
        return number

    def origins(self, key: str, meaning: str) -> tuple[str, ...]:
        """Return origins like https://example.org, which the context separates by commas."""
        text = self.optional(key, meaning, pattern=r"https?://[^\s,;/]+(,https?://[^\s,;/]+)*")
        return tuple(text.split(",")) if text else ()

    def domains(self, key: str, meaning: str) -> tuple[str, ...]:
        """Return domains like example.org, which the context separates by commas."""
        domain = r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}"
        text = self.optional(key, meaning, pattern=rf"{domain}(,{domain})*")
        return tuple(text.split(",")) if text else ()

    def flag(self, key: str, meaning: str, *, default: bool) -> bool:
        """Return a switch. `-c` gives text and cdk.json gives JSON, so both spellings are accepted."""
        usual = "on" if default else "off"
        self._record(key, usual, meaning)
        return self._matching(key, usual, r"on|off|True|False").lower() in ("on", "true")

    def _record(self, key: str, default: str, meaning: str) -> None:
        self.options.append(Option(key, default, meaning))

    def _matching(self, key: str, default: str, pattern: str) -> str:
        value = self._context(key)
        text = default if value is None else str(value)
        if not re.fullmatch(pattern, text):
            raise SettingsError(f"context '{key}': {text!r} does not match {pattern}")
        return text
