"""Parts of a FASTA file against plain slices of its sequences; and other programs' readers of the same files."""

from __future__ import annotations

import gzip
import io
import random
from typing import TYPE_CHECKING

import pytest
from Bio import bgzf as biopython
from hypothesis import given
from hypothesis import strategies as st

from crackling.errors import InputError
from crackling.sequences import bgzf
from crackling.sequences.faidx import FastaIndex, FastaWriter
from crackling.sequences.fasta import LINE, read_fasta

if TYPE_CHECKING:
    from collections.abc import Iterator

# Some of them longer than a line, and together than several blocks of the size that the tests choose.
CONTIGS = st.dictionaries(
    st.sampled_from(["chr1", "chr2", "HLA:01:02", "x"]), st.text("ACGTN", max_size=5 * LINE), min_size=1
)


def written(contigs: dict[str, str], piece: int = 7) -> tuple[FastaIndex, bytes]:
    out = io.BytesIO()
    writer = FastaWriter(out, "mine")
    for name, sequence in contigs.items():
        writer.begin(name)
        for start in range(0, len(sequence), piece):
            writer.add(sequence[start : start + piece])
    index = writer.finish()
    return FastaIndex.decode(index.fai(), index.blocks.encode()), out.getvalue()


@pytest.fixture(params=[1, 64, 81, 200, bgzf.BLOCK], scope="module")
def block(request: pytest.FixtureRequest) -> Iterator[int]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bgzf, "BLOCK", request.param)
        yield request.param


@given(CONTIGS, st.data(), st.integers(1, 3 * LINE))
def test_a_part_is_a_slice(block: int, contigs: dict[str, str], data: st.DataObject, piece: int) -> None:
    index, packed = written(contigs, piece)
    asked: list[tuple[int, int]] = []

    def read(start: int, end: int) -> bytes:
        asked.append((start, end))
        return packed[start:end]

    for name, sequence in contigs.items():
        assert index.contigs[name].bases == len(sequence)
        if sequence:
            start = data.draw(st.integers(0, len(sequence) - 1))
            end = data.draw(st.integers(start + 1, len(sequence)))
            assert index.sequence(name, start, end, read) == sequence[start:end]
    lengths = [end - start for start, end in asked]
    assert all(0 < length <= len(packed) for length in lengths)


@given(CONTIGS)
def test_any_reader_of_gzip_takes_the_whole(block: int, contigs: dict[str, str]) -> None:
    _, packed = written(contigs)
    text = gzip.decompress(packed)
    assert {one.name: one.sequence for one in read_fasta(io.BytesIO(packed))} == contigs
    with biopython.BgzfReader(mode="rb", fileobj=io.BytesIO(packed)) as reader:
        assert reader.read(len(text) + 1) == text


def test_a_part_takes_the_blocks_it_lies_in_and_no_more() -> None:
    contigs = {"chr1": "ACGTTGCAACGGTTA" * 100_000}
    index, packed = written(contigs, piece=1_000_000)
    asked: list[bytes] = []

    def read(start: int, end: int) -> bytes:
        asked.append(packed[start:end])
        return asked[-1]

    assert index.sequence("chr1", 700_000, 710_000, read) == contigs["chr1"][700_000:710_000]
    assert len(gzip.decompress(asked[0])) <= 2 * bgzf.BLOCK


def test_what_does_not_shrink_fits_into_blocks() -> None:
    text = random.Random(1).randbytes(3 * bgzf.BLOCK)
    out = io.BytesIO()
    writer = bgzf.BgzfWriter(out)
    writer.write(text)
    blocks = writer.finish()
    assert blocks.read(0, len(text), lambda start, end: out.getvalue()[start:end]) == text


def test_contigs_of_one_name_are_refused() -> None:
    writer = FastaWriter(io.BytesIO(), "mine")
    writer.begin("a")
    with pytest.raises(InputError, match="mine: contig 'a' was met before"):
        writer.begin("a")
