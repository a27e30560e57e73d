from __future__ import annotations

import gzip
import io
import time
import tracemalloc
from typing import TYPE_CHECKING, BinaryIO, cast

import pytest

from crackling.errors import InputError
from crackling.sequences import fasta
from crackling.sequences.faidx import Entry, FastaIndex
from crackling_aws.preparation import download
from crackling_aws.preparation.download import copy_fasta

if TYPE_CHECKING:
    from collections.abc import Callable

FASTA = b">chr1 the first\nACGTNacgtn\nRYK\n\n>chr2\n" + b"ACGTA" * 40 + b"\n"
COPY = ">chr1\nACGTNACGTNRYK\n>chr2\n" + "ACGTA" * 16 + "\n" + "ACGTA" * 16 + "\n" + "ACGTA" * 8 + "\n"


def copied(source: bytes) -> tuple[FastaIndex, bytes]:
    out = io.BytesIO()
    return copy_fasta(io.BytesIO(source), out, "mine"), out.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda text: text.replace(b"\n", b"\r\n")])
def test_a_genome_is_copied_alike_from_plain_and_packed(pack: Callable[[bytes], bytes]) -> None:
    index, packed = copied(pack(FASTA))
    assert gzip.decompress(packed).decode() == COPY
    assert index.contigs == {"chr1": Entry(13, 6), "chr2": Entry(200, 26)}
    assert packed == copied(FASTA)[1]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"", "holds no sequence"),
        (b">a\n>b\n", "only headers"),
        (b">p\nMKLV\n", "letter 3: 'L' is no nucleotide"),
        (b">a\nAC\n>b\nG\n>a\nT\n", "contig 'a' was met before"),
        (b">a\nNNNN\n>b\nNRYN\n", "no known base"),
        (b"hello\n", "not FASTA"),
        (b"\x00\x01\x02", "not FASTA"),
        (gzip.compress(FASTA)[:60], "mine: "),
    ],
)
def test_what_is_no_genome_is_refused_with_the_reason(source: bytes, says: str) -> None:
    with pytest.raises(InputError, match="mine") as error:
        copied(source)
    assert says in str(error.value)


def test_one_known_base_is_enough() -> None:
    assert copied(b">a\nNNNN\n>b\nNRGN\n")[0].bases == 8


class Endless(io.RawIOBase):
    """Generate one contig in one line while it is read."""

    def __init__(self, bases: int) -> None:
        self._left, self._header = bases, b">chr1\n"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._header or (b"ACGTTGCA" * (len(buffer) // 8))[: self._left]
        self._left -= 0 if self._header else len(data)
        self._header = b""
        buffer[: len(data)] = data
        return len(data)


class Sink(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        return len(data)


def test_a_contig_of_any_length_takes_little_memory() -> None:
    bases = 50_000_000
    tracemalloc.start()
    try:
        index = copy_fasta(io.BufferedReader(Endless(bases)), cast("BinaryIO", Sink()), "mine")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert index.contigs == {"chr1": Entry(bases, 6)}
    assert peak < 24_000_000


def test_lines_and_errors_are_the_same_wherever_a_block_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    sequence = "ACGTTGCATNNKY" * 40
    text = f">one\n{sequence}\n>two\n{sequence[:81]}\n>three\n>four\nAC\n".encode()
    whole = copied(text)
    for block in (7, 16, 80, 81):
        monkeypatch.setattr(fasta, "_BLOCK", block)
        assert copied(text) == whole
        with pytest.raises(InputError, match="contig 'one', letter 501: 'E'"):
            copied(text[:505] + b"E" + text[506:])


def test_more_bases_than_can_be_prepared_are_refused() -> None:
    assert copied(FASTA)[0].bases == 213
    assert copy_fasta(io.BytesIO(FASTA), io.BytesIO(), "mine", limit=213).bases == 213
    with pytest.raises(InputError, match="more than 212 bases"):
        copy_fasta(io.BytesIO(FASTA), io.BytesIO(), "mine", limit=212)


def test_line_ends_cost_next_to_nothing() -> None:
    """A megabyte of gzip with nothing but line ends tied up a preparation for minutes."""
    packed = gzip.compress(b">a\nACGT\n" + b"\n" * 200_000_000 + b">b\nACGT\n", 9)
    assert len(packed) < 1_000_000
    started = time.process_time()
    assert copied(packed)[0].bases == 8
    assert time.process_time() - started < 10


def test_the_text_is_bounded_beside_the_bases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_MAX_BYTES_OF_HEADERS", 100)
    packed = gzip.compress(b">a\nACGT\n" + b"\n" * 10_000)
    with pytest.raises(InputError, match=r"^mine: has more than 120 bytes of text"):
        copy_fasta(io.BytesIO(packed), io.BytesIO(), "mine", limit=10)


def test_contigs_and_their_names_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_CONTIGS", 3)
    text = "".join(f">c{n}\nA\n" for n in range(4)).encode()
    assert len(copied(text)[0].contigs) == 4  # without a limit
    with pytest.raises(InputError, match=r"^mine: holds more than 3 contigs"):
        copy_fasta(io.BytesIO(text), io.BytesIO(), "mine", limit=100)
    with pytest.raises(InputError, match=r"^mine: the name of contig 1 has more than 1,000 letters"):
        copied(b">" + b"c" * 1_001 + b"\nA\n")
