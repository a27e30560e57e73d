"""Invalid guides and numbers of mismatches are rejected before they reach the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crackling.errors import InputError
from crackling.specificity import Index
from crackling.specificity.guides import decode, encode

if TYPE_CHECKING:
    from pathlib import Path

F = "ACGATCGATACGATCATGAC"
NO_GUIDES = [
    "N" * 20,
    F.lower(),
    F[:19],
    F + "TGG",
    F * 50,
    F[:19] + "N",
    "-" + F[1:],
    F + "\n",
    "",
    "ACGU" * 5,
    "1" * 20,
]


@pytest.mark.parametrize("guide", NO_GUIDES)
def test_other_letters_or_length(rich_index: Path, guide: str) -> None:
    """Other letters must not be read as A, and a longer guide would index beyond the directory."""
    with Index.open(rich_index) as index:
        with pytest.raises(InputError, match=r"guide .*: must be 20 letters of A, C, G, T"):
            index.score([F, guide])
        with pytest.raises(InputError, match=r"guide .*: must be 20 letters of A, C, G, T"):
            index.off_targets(guide)


@pytest.mark.parametrize("k", [-1, 7, 100])
def test_mismatches_out_of_range(rich_index: Path, k: int) -> None:
    """The number must not be reduced silently."""
    with Index.open(rich_index) as index:
        with pytest.raises(InputError, match=rf"k = {k}: .* from 0 to 6"):
            index.score([F], k)
        with pytest.raises(InputError, match=rf"k = {k}: .* from 0 to 6"):
            index.off_targets(F, k)


def test_numbers_of_guides() -> None:
    assert encode("A" * 19 + "C") == 1
    assert encode("T" * 20) == 4**20 - 1
    assert decode(encode(F)) == F
