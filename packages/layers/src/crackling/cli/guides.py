"""Guides as users list them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crackling.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

_GUIDE = re.compile(r"([ACGT]{20})(?:[ACGT][AG]G)?")
_REMEDY = "give 20 letters of A, C, G, T, or 23 with the PAM (NGG or NAG)"


def parse_guide(text: str, place: str) -> str:
    """The 20 nt of a guide given with or without its PAM, in any case.

    Raises:
        InputError: of another length or alphabet; `place` says where it stands.
    """
    match = _GUIDE.fullmatch(text.strip().upper())
    if not match:
        raise InputError(
            f"{place}: {text.strip()[:40]!r} ({len(text.strip())} letters) is no guide; {_REMEDY}"
        )
    return match[1]


def parse_guides(lines: Iterable[str], label: str) -> list[str]:
    """One guide a line; blank lines and FASTA headers are passed over.

    Raises:
        InputError: a line is no guide, or there is none at all.
    """
    guides = [
        parse_guide(line, f"{label}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.startswith(">")
    ]
    if not guides:
        raise InputError(f"{label}: holds no guides; {_REMEDY}, one a line")
    return guides
