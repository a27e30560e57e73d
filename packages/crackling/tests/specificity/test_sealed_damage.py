"""An index that is damaged but has right checksums (by a bug or an attack) gives an error or an answer, never a crash."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackling.errors import IndexFileError
from crackling.specificity.index import Index
from crackling.specificity.layout import Section
from crackling.specificity.plan import Keys
from support.building import built
from support.planted import Plant, planted_genome
from support.sealing import replaced, resealed, section_row, section_span
from support.separate import separate_sections

if TYPE_CHECKING:
    from pathlib import Path

PLANTS = [
    Plant(0, n, copies=1 + 2 * n, pam=pam, strand=strand)
    for n in range(6)
    for pam, strand in (("AGG", "+"), ("TAG", "-"))
]
GENOME = planted_genome([*PLANTS, Plant(0, 0, copies=95)], 2, seed=5)
NUMBERS = [section for section in Section if section not in {Section.CONTIGS, Section.OCCURRENCES}]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("sound")
    return [
        built(GENOME.contigs, folder / "sound.issl", keys=keys).read_bytes()
        for keys in (Keys(5, 5), Keys(6, 7), Keys(7, 5))
    ]


def use(image: bytes, path: Path) -> bool:
    """Open the file and search it in every way; return whether it opens."""
    path.write_bytes(image)
    try:
        index = Index.open(path)
    except IndexFileError:
        return False
    with index:
        separate_sections(index)
        for k in (0, 4, 6):
            assert [len(row.counts) for row in index.score(GENOME.guides, k)] == [k + 1] * len(GENOME.guides)
            for guide in GENOME.guides:
                try:
                    index.off_targets(guide, k)
                except IndexFileError as error:
                    assert str(error).startswith(f"{path}: ")  # noqa: PT017 - a list is an answer too
    return True


def test_resealing_alone_changes_nothing(images: list[bytes], tmp_path: Path) -> None:
    for image in images:
        assert resealed(image) == image
        assert use(image, tmp_path / "same.issl")


near_and_far = st.one_of(
    st.integers(-300, 300), st.sampled_from([2**31, 2**32 - 1, -(2**31)]), st.integers(0, 2**32 - 1)
)


@pytest.mark.usefixtures("unmeasured")
@given(data=st.data())
def test_numbers(images: list[bytes], tmp_path: Path, data: st.DataObject) -> None:
    """A few numbers in directories, entries and multiplicities are changed, a little or much."""
    image = bytearray(images[data.draw(st.integers(0, 2))])
    for _ in range(data.draw(st.integers(1, 4))):
        offset, length = section_span(image, data.draw(st.sampled_from(NUMBERS)))
        at = offset + 4 * data.draw(st.integers(0, length // 4 - 1))
        (number,) = struct.unpack_from("<I", image, at)
        struct.pack_into("<I", image, at, (number + data.draw(near_and_far)) % 2**32)
    use(resealed(bytes(image)), tmp_path / "numbers.issl")


@pytest.mark.usefixtures("unmeasured")
@given(data=st.data())
def test_directories_that_only_shift(images: list[bytes], tmp_path: Path, data: st.DataObject) -> None:
    """The directories still ascend from 0 to the end, so they pass as sound, but have other buckets."""
    image = bytearray(images[data.draw(st.integers(0, 2))])
    section = data.draw(
        st.sampled_from([Section.PREFIX_DIRECTORY, Section.SUFFIX_DIRECTORY, Section.OCCURRENCE_DIRECTORY])
    )
    offset, length = section_span(image, section)
    last = struct.unpack_from("<I", image, offset + length - 4)[0]
    cuts = sorted(data.draw(st.lists(st.integers(0, last), min_size=1, max_size=20)))
    keys = length // 4 - 2
    middle = [cuts[i * len(cuts) // keys] for i in range(keys)]
    struct.pack_into(f"<{keys + 2}I", image, offset, 0, *middle, last)
    assert use(resealed(bytes(image)), tmp_path / "shifted.issl")


@given(data=st.data())
def test_occurrences(images: list[bytes], tmp_path: Path, data: st.DataObject) -> None:
    image = images[data.draw(st.integers(0, 2))]
    _, length = section_span(image, Section.OCCURRENCES)
    contents = data.draw(st.sampled_from([b"\0", b"\xff", b"\x7f\0\1"])) * length
    use(replaced(image, Section.OCCURRENCES, contents[:length]), tmp_path / "occurrences.issl")


@pytest.mark.usefixtures("unmeasured")
@given(data=st.data())
def test_header_fields(images: list[bytes], tmp_path: Path, data: st.DataObject) -> None:
    """Key widths, counts, and offsets and lengths of sections are changed."""
    image = bytearray(images[data.draw(st.integers(0, 2))])
    fields = [(at, "<I") for at in (12, 16, 20)] + [(at, "<Q") for at in (24, 32, 40, 48, 56)]
    fields += [(section_row(section) + at, "<Q") for section in Section for at in (0, 8)]
    at, kind = data.draw(st.sampled_from(fields))
    (number,) = struct.unpack_from(kind, image, at)
    number += data.draw(st.one_of(st.integers(-16, 16), st.sampled_from([2**31, 2**32, 2**62, -(2**63)])))
    struct.pack_into(kind, image, at, number % 2 ** (32 if kind == "<I" else 64))
    use(resealed(bytes(image)), tmp_path / "header.issl")


ODD_CONTIGS = [
    b"",
    b"[",
    b"\xff\xfe",
    b"null",
    b"[[]]",
    b'[["a"]]',
    b'{"a": 1}',
    b'[["a", 1]]',
    b'[["a", -5, 0]]',
    b'[["a", 5, -1]]',
    b'[["a", "b", 0]]',
    b'[["a", 1e999, 0]]',
    b"[" * 5000,
    b"[]",
    b"[[5, 5, 0]]",
]


@pytest.mark.parametrize("contigs", ODD_CONTIGS)
def test_contigs(images: list[bytes], tmp_path: Path, contigs: bytes) -> None:
    """The names and lengths are moved behind the end of the file, where any fit."""
    image = bytearray(images[0])
    struct.pack_into("<QQ", image, section_row(Section.CONTIGS), len(image), len(contigs))
    use(resealed(bytes(image) + contigs + bytes(-len(contigs) % 8)), tmp_path / "contigs.issl")


def test_a_contig_shorter_than_its_sites(images: list[bytes], tmp_path: Path) -> None:
    image = images[0]
    offset, length = section_span(image, Section.CONTIGS)
    names = json.loads(image[offset : offset + length])
    shorter = json.dumps([[name, 0, 0] for name, _, _ in names]).encode().ljust(length)
    path = tmp_path / "short.issl"
    path.write_bytes(replaced(image, Section.CONTIGS, shorter))
    with Index.open(path) as index, pytest.raises(IndexFileError, match=r"damaged"):
        index.off_targets(GENOME.guides[0])
