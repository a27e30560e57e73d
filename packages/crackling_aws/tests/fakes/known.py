"""Narrow what a store returns to what a test expects to be there."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def known(found: T | None) -> T:
    """Return what was found; a test fails if that is nothing."""
    assert found is not None
    return found
