"""Escape in names and messages the characters that a terminal, a parser or a reader would misunderstand."""

from __future__ import annotations

import re

# Control characters (C0, DEL, C1), marks that change the direction of writing, line separators, the byte order mark, and
# surrogates, which stand for the bytes of a file name that are not UTF-8, and which cannot be encoded.
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def printable(text: str) -> str:
    """Return a text with its control characters escaped as in Python, so that different names stay different."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
