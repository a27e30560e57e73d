"""Guides as the kernel's numbers."""

from __future__ import annotations

import re
from ctypes import Array, c_uint8, c_uint64
from typing import TYPE_CHECKING, NamedTuple

from crackling.errors import InputError
from crackling.guides.sites import GUIDE_NT
from crackling.specificity import kernel
from crackling.specificity.kernel import library
from crackling.specificity.weights import BASES

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGITS = str.maketrans(BASES, "0123")
_is_guide = re.compile(f"[{BASES}]{{{GUIDE_NT}}}").fullmatch


def encode(guide: str) -> int:
    """Encode 20 bases of A, C, G, T as the kernel's number.

    Raises:
        InputError: it is something else, which as a number would lead the kernel out of the index.
    """
    if not _is_guide(guide):
        raise InputError(
            f"guide {guide!r}: must be {GUIDE_NT} letters of A, C, G, T; give it without its PAM"
        )
    return int(guide.translate(_DIGITS), 4)


def encode_all(guides: Sequence[str]) -> Array[c_uint64]:
    """Encode many guides at once, as encode() does."""
    numbers = (c_uint64 * len(guides))()
    letters = "".join(guides).encode("ascii", "replace")
    has_lengths = set(map(len, guides)) == {GUIDE_NT}
    if not has_lengths or library().read_guides(letters, len(guides), numbers) < len(guides):
        numbers[:] = [encode(guide) for guide in guides]  # says which one is wrong, and how
    return numbers


class DistinctGuides(NamedTuple):
    """Each guide once, ascending, as numbers; and for each of the guides that were given, which of these it is."""

    numbers: memoryview
    which: Array[c_uint64]


def distinct_guides(guides: Sequence[str]) -> DistinctGuides:
    """Return the distinct ones of some guides.

    Raises:
        InputError: a guide is not 20 letters of A, C, G, T.
    """
    numbers, n = encode_all(guides), len(guides)
    distinct, which = (c_uint64 * n)(), (c_uint64 * n)()
    memory = (c_uint8 * library().distinct_guides_bytes(n))()
    found: int = library().distinct_guides(numbers, n, memory, distinct, which)
    return DistinctGuides(memoryview(distinct)[:found], which)


def decode(site: int) -> str:
    return "".join(BASES[site >> shift & 3] for shift in range(38, -2, -2))


def check_mismatches(k: int) -> None:
    if not 0 <= k <= kernel.MAX_MISMATCHES:
        raise InputError(f"k = {k}: the number of mismatches must be from 0 to {kernel.MAX_MISMATCHES}")
