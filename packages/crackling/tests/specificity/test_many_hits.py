"""Test a guide with more distinct sites nearby than a list of hits has room for at first."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from crackling.specificity.index import Index
from support.building import built

if TYPE_CHECKING:
    from pathlib import Path

GUIDE = "ACGATCGATACGATCATGAC"


@pytest.mark.parametrize("distinct", [1023, 1024, 1025, 3000])
def test_all_are_listed(tmp_path: Path, distinct: int) -> None:
    """_find() has room for 1,024 at first, and then for as many as there are."""
    ends = ["".join(bases) for bases in product("ACGT", repeat=6)][:distinct]
    windows = [GUIDE[:14] + end + "TGG" for end in ends]
    with Index.open(built({"a": "N".join(windows)}, tmp_path / "many.issl")) as index:
        found = index.off_targets(GUIDE, 6)
        assert sum(index.score([GUIDE], 6)[0].counts) == len(found)
    assert {hit.site for hit in found} == {window[:20] for window in windows}
    assert len(found) == distinct
