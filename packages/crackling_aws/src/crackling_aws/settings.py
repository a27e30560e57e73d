"""Define typed settings: a function's environment variables, checked once when it starts.

A function declares a frozen dataclass; the field `jobs_table: str` is the variable JOBS_TABLE. A field
without a default is required.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Self, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PARSERS: dict[type, tuple[Callable[[str], object], str]] = {
    str: (str, "text"),
    int: (int, "a whole number"),
}


class SettingsError(Exception):
    """Raised when an environment variable is missing or malformed; the message names it."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """Provide the base class of all settings."""

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Self:
        """Read the fields from `environ`.

        Raises:
            SettingsError: a required variable is missing or empty, or one cannot be parsed.
        """
        kinds = get_type_hints(cls)
        values = {}
        for field in dataclasses.fields(cls):
            variable = field.name.upper()
            if text := environ.get(variable, "").strip():
                values[field.name] = _parse(variable, text, kinds[field.name])
            elif field.default is dataclasses.MISSING:
                raise SettingsError(
                    f"The environment variable {variable} is not set; {cls.__name__} needs it"
                )
        return cls(**values)


def variables(settings: type[Settings]) -> dict[str, bool]:
    """Return the environment variables that a class reads, each with whether it is required."""
    return {
        field.name.upper(): field.default is dataclasses.MISSING for field in dataclasses.fields(settings)
    }


def _parse(variable: str, text: str, kind: type) -> object:
    parse, wanted = _PARSERS[kind]
    try:
        return parse(text)
    except ValueError:
        raise SettingsError(f"The environment variable {variable} is {text!r}; it must be {wanted}") from None
