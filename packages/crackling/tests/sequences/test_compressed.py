"""Read compressed FASTA, intact and damaged."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from crackling.errors import InputError
from crackling.sequences.fasta import Contig, read_fasta

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LETTERS = "".join(random.Random(1).choices("ACGT", k=40_000))
FASTA = f">a\n{LETTERS}\n".encode()
WHOLE = [Contig("a", LETTERS)]
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd.compress,
}
compressed = pytest.mark.parametrize("kind", [kind for kind in COMPRESS if kind != "plain"])


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("suffix", ["", ".gz", ".fa"])
def test_the_contents_say_how_a_file_is_compressed(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / f"genome{suffix}"
    path.write_bytes(COMPRESS[kind](FASTA))
    assert list(read_fasta(path)) == WHOLE


@pytest.mark.parametrize("kind", COMPRESS)
def test_streams(kind: str) -> None:
    """The stream cannot be rewound, and is left open."""
    reader, writer = os.pipe()

    def feed() -> None:
        with os.fdopen(writer, "wb") as sink:
            sink.write(COMPRESS[kind](FASTA))

    thread = threading.Thread(target=feed)
    thread.start()
    with os.fdopen(reader, "rb") as stream:
        assert list(read_fasta(stream)) == WHOLE
        assert not stream.closed
    thread.join()


def test_several_gz_members_are_one_file() -> None:
    """bgzip writes such files, and so does `cat a.gz b.gz`."""
    parts = gzip.compress(FASTA) + gzip.compress(b">b\nGG\n") + gzip.compress(b"GG\n")
    assert list(read_fasta(io.BytesIO(parts))) == [*WHOLE, Contig("b", "GGGG")]


@compressed
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_truncated(kind: str, kept: float) -> None:
    data = COMPRESS[kind](FASTA)
    with pytest.raises(
        InputError, match=r"^here: the compressed data ends too early; download the file again$"
    ):
        list(read_fasta(io.BytesIO(data[: int(kept * len(data))]), "here"))


@compressed
def test_damaged(kind: str) -> None:
    """One byte is changed: a change that no checksum notices may give wrong letters, but nothing worse."""
    data = COMPRESS[kind](FASTA)
    noticed = 0
    for position in range(0, len(data), 97):
        broken = bytearray(data)
        broken[position] ^= 0x55
        try:
            list(read_fasta(io.BytesIO(broken), "here"))
        except InputError as error:
            assert str(error).startswith("here: ")  # noqa: PT017 - not every byte can be noticed
            noticed += 1
    assert noticed > len(range(0, len(data), 97)) * (
        0.1 if kind == "zst" else 0.9
    )  # zst: no checksum by default


@compressed
def test_nothing_compressed(kind: str) -> None:
    with pytest.raises(InputError, match=r"^here: holds no sequence"):
        list(read_fasta(io.BytesIO(COMPRESS[kind](b"")), "here"))
