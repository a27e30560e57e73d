"""List off-targets from a file of which only the fetched parts exist: no answer may depend on the rest, which is garbage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crackling.specificity import Index, Listing, Shard
from crackling.specificity.layout import HEADER_BYTES, LIST_SECTIONS, Header

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crackling.specificity.layout import Range
    from support.planted import Planted


class Partly:
    """An index file whose parts are written when they are fetched."""

    def __init__(self, whole: Path, part: Path, rubbish: int) -> None:
        self._image, self.path = whole.read_bytes(), part
        header = Header.decode(self._image[:HEADER_BYTES], "whole")
        part.write_bytes(bytes([rubbish]) * len(self._image))
        self.fetched_bytes = 0
        self.fetch(header.ranges(without=LIST_SECTIONS))

    def fetch(self, ranges: Sequence[Range]) -> None:
        with self.path.open("r+b") as file:
            for start, end in ranges:
                file.seek(start)
                file.write(self._image[start:end])
                self.fetched_bytes += end - start


@pytest.mark.parametrize("rubbish", [0x00, 0x55, 0xFF])
@pytest.mark.parametrize("k", range(7))
def test_only_what_was_fetched_is_read(
    rich: Planted, rich_index: Path, tmp_path: Path, k: int, rubbish: int
) -> None:
    with Index.open(rich_index) as whole:
        for guide in rich.guides:
            partly = Partly(rich_index, tmp_path / "partly.issl", rubbish)
            with Shard.open(partly.path, fetch=partly.fetch) as shard:
                listing = Listing(guide, k)
                listing.add(shard)
            rows = whole.off_targets(guide, k)
            assert (listing.total, listing.off_targets()) == (len(rows), rows)
            if k == 0:
                assert partly.fetched_bytes < rich_index.stat().st_size / 2


@pytest.mark.parametrize("most", [1, 3, 50, 10_000])
def test_the_riskiest_alone(rich: Planted, rich_index: Path, tmp_path: Path, most: int) -> None:
    with Index.open(rich_index) as whole:
        for guide in rich.guides:
            rows = whole.off_targets(guide)
            partly = Partly(rich_index, tmp_path / "partly.issl", 0x55)
            with Shard.open(partly.path, fetch=partly.fetch) as shard:
                listing = Listing(guide, most=most)
                listing.add(shard)
            assert (listing.total, listing.off_targets()) == (len(rows), rows[:most])
