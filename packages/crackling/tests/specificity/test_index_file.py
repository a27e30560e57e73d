"""Opening a file that is no valid index raises one clear error, whatever is wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crackling.errors import IndexFileError, StorageError
from crackling.specificity.index import Index
from crackling.specificity.kernel import OCCURRENCE_BYTES, REVERSE_STRAND
from crackling.specificity.layout import HEADER_BYTES, MAGIC, POSITION_SECTIONS, VERSION, Piece, Section
from crackling.specificity.packed_genome import contig_starts
from crackling.specificity.plan import Keys
from oracle import find_locations
from support.building import built
from support.planted import Plant, Planted, planted_genome
from support.sealing import resealed, section_span

GENOME = planted_genome(
    [Plant(0, n, copies=3, pam=pam) for n in range(3) for pam in ("AGG", "TAG")], 1, seed=3
)
GUIDE = GENOME.guides[0]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Build an index of 13 kB with the smallest directories, an overflow table and two PAMs."""
    return built(GENOME.contigs, tmp_path / "small.issl", keys=Keys(5, 5))


def test_what_is_kept_in_the_header(small: Path) -> None:
    with Index.open(small) as index:
        header = index.shards[0].header
        assert header.file_bytes == small.stat().st_size
        assert (header.contigs, header.compatible) == (len(GENOME.contigs), False)
        assert header.bases == sum(len(letters) for letters in GENOME.contigs.values())
        assert header.spans[Section.OVERFLOW].length > 0
        assert index.contigs == [(name, len(letters)) for name, letters in GENOME.contigs.items()]


def test_occurrences_are_sorted_by_site_then_by_position(rich: Planted, rich_index: Path) -> None:
    """The documentation and kernel.h promise this; lists of off-targets are sorted and would not show it."""
    image = rich_index.read_bytes()
    offset, length = section_span(image, Section.OCCURRENCES)
    rows = [image[at : at + OCCURRENCE_BYTES] for at in range(offset, offset + length, OCCURRENCE_BYTES)]
    starts = dict(zip(rich.contigs, contig_starts(packed_lengths(rich)), strict=False))
    expected = [
        (starts[location.contig] + location.start, location.strand == "-")
        for location in sorted(
            find_locations(rich.contigs), key=lambda p: (p.site, starts[p.contig] + p.start, p.strand)
        )
    ]
    assert [(int.from_bytes(row[:4], "little"), bool(row[4] & REVERSE_STRAND)) for row in rows] == expected


def packed_lengths(genome: Planted) -> list[Piece]:
    return [Piece(name, len("".join(letters.split()))) for name, letters in genome.contigs.items()]


@pytest.mark.usefixtures("unmeasured")
def test_every_flipped_byte_is_noticed(small: Path) -> None:
    image = small.read_bytes()
    unnoticed = []
    with small.open("r+b", buffering=0) as file:
        for position, byte in enumerate(image):
            os.pwrite(file.fileno(), bytes([byte ^ 1 << position % 8]), position)
            try:
                Index.open(small).close()
                unnoticed.append(position)
            except IndexFileError as error:
                assert str(error).startswith(f"{small}: ")  # noqa: PT017 - thousands of them, too slow with raises()
            os.pwrite(file.fileno(), bytes([byte]), position)
    assert unnoticed == []
    Index.open(small).close()


def test_without_positions_their_sections_are_not_read(small: Path) -> None:
    """A function that only scores may leave a hole there, but must notice all other damage."""
    image = small.read_bytes()
    for section in Section:
        offset, length = section_span(image, section)
        small.write_bytes(image[:offset] + b"\x55" * length + image[offset + length :])
        if section in POSITION_SECTIONS:
            with Index.open(small, positions=False) as index:
                assert index.score([GUIDE])[0].counts[:3] == (6, 6, 6)
        else:
            with pytest.raises(IndexFileError):
                Index.open(small, positions=False)


def test_truncated_anywhere(small: Path) -> None:
    whole = small.stat().st_size
    for length in [
        *range(whole - 1, whole - 20, -1),
        *range(whole - 20, HEADER_BYTES, -311),
        *range(HEADER_BYTES, -1, -1),
    ]:
        os.truncate(small, length)
        with pytest.raises(IndexFileError, match=r"index"):
            Index.open(small)
        with pytest.raises(IndexFileError, match=r"index"):
            Index.open(small, verify=False, positions=False)


def test_something_behind_the_end(small: Path) -> None:
    small.write_bytes(small.read_bytes() + b"\0")
    with pytest.raises(IndexFileError):
        Index.open(small)


@pytest.mark.parametrize("version", [0, VERSION + 1, 2**32 - 1])
def test_another_version(small: Path, version: int) -> None:
    image = bytearray(small.read_bytes())
    image[len(MAGIC) : len(MAGIC) + 4] = version.to_bytes(4, "little")
    for same in (image, resealed(bytes(image))):
        small.write_bytes(same)
        with pytest.raises(IndexFileError, match=rf"version {version}, this program reads {VERSION}"):
            Index.open(small)


@pytest.mark.parametrize(
    "foreign", [b"", b"\0" * 4096, b">chr1\nACGT\n", b"\x1f\x8b\x08" + b"\0" * 600, MAGIC[1:] * 200]
)
def test_a_foreign_file(small: Path, foreign: bytes) -> None:
    small.write_bytes(foreign)
    with pytest.raises(
        IndexFileError, match=r"small\.issl: is no Crackling index; make one with 'crackling index'"
    ):
        Index.open(small)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"absent\.issl: no such file"):
        Index.open(tmp_path / "absent.issl")
    with pytest.raises(StorageError, match=r"is a folder"):
        Index.open(tmp_path)


def test_a_pipe(small: Path) -> None:
    """`crackling inspect <(...)`: an index is mapped, and a pipe cannot be."""
    reader, writer = os.pipe()
    os.write(writer, small.read_bytes()[:HEADER_BYTES])
    os.close(writer)
    try:
        with pytest.raises(StorageError, match=r"cannot be read"):
            Index.open(Path(f"/dev/fd/{reader}"))
    finally:
        os.close(reader)
