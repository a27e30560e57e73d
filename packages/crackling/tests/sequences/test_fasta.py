"""Read FASTA as databases, editors and mistakes produce it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crackling.errors import CracklingError, InputError, StorageError
from crackling.sequences import fasta
from crackling.sequences.fasta import Contig, read_fasta

if TYPE_CHECKING:
    from collections.abc import Callable

A, B = Contig("a", "ACGTACGTAC"), Contig("b", "GGGG")


def read(data: bytes) -> list[Contig]:
    return list(read_fasta(io.BytesIO(data), "here"))


@pytest.mark.parametrize(
    "data",
    [
        b">a\nACGTACGTAC\n>b\nGGGG\n",
        b">a\nACGTACGTAC\n>b\nGGGG",  # no final newline
        b">a\r\nACGTA\r\nCGTAC\r\n>b\r\nGGGG\r\n",
        b">a\rACGTA\rCGTAC\r>b\rGGGG",
        b"\n\n>a\n\nACGTA\n\n\nCGTAC\n\n>b\nGGGG\n\n\n",  # blank lines
        b">a\n  ACGTACGTAC  \n>b\n\tGGGG\t\n",
        b"# made by hand\n>a\nACGTACGTAC\n# and now\n>b\nGGGG\n",
        b">a the first, with > in it\nACGTACGTAC\n> b  second \nGGGG\n",
        b"\xef\xbb\xbf>a\nACGTACGTAC\n>b\nGGGG\n",  # byte order mark
        ">a Müller & Sønn\nACGTACGTAC\n>b µ\nGGGG\n".encode(),
        ">a Müller\nACGTACGTAC\n>b µ\nGGGG\n".encode("latin-1"),
    ],
)
def test_ways_to_write_the_same(data: bytes) -> None:
    assert read(data) == [A, B]


def test_names_are_the_first_word_and_need_not_be_ascii() -> None:
    data = ">gi|123|ref|NC_000001.11| Homo sapiens\nA\n>chrä\nC\n>Ω\tx\nG\n".encode()
    assert [contig.name for contig in read(data)] == ["gi|123|ref|NC_000001.11|", "chrä", "Ω"]


def test_records_without_a_name_are_numbered() -> None:
    assert read(b">\nAC\n>b\nGG\n>  \nTT\n") == [
        Contig("contig_1", "AC"),
        Contig("b", "GG"),
        Contig("contig_3", "TT"),
    ]


def test_empty_contigs_are_kept() -> None:
    """Assemblies with removed contigs have headers without a sequence."""
    assert read(b">a\n>b\n\n>c") == [Contig("a", ""), Contig("b", ""), Contig("c", "")]


def test_letters_stand_as_in_the_file() -> None:
    assert read(b">a\nacgtNNnnRYSWKMBDHV-u\nAC GT\n") == [Contig("a", "acgtNNnnRYSWKMBDHV-uAC GT")]


def test_a_very_long_line() -> None:
    letters = "ACGTTGCA" * 2**20
    assert read(f">a\n{letters}\n>b\nGGGG\n".encode()) == [Contig("a", letters), B]


def textbook(text: str) -> list[Contig]:
    """Read FASTA in the plainest way: whole lines, one by one."""
    found: list[Contig] = []
    for line in text.splitlines():
        if line.startswith(">"):
            name = next(iter(line[1:].split()), "") or f"contig_{len(found) + 1}"
            found.append(Contig(name, ""))
        elif not line.startswith("#"):
            found[-1] = Contig(found[-1].name, found[-1].sequence + line)
    return found


LINES = st.one_of(
    st.text("ACGTNacgtn", max_size=12),
    st.text("ACGT>#-*", max_size=12).map("A".__add__),  # marks that begin no line
    st.text("ACGT >#", max_size=12).map(">".__add__),
    st.text("ACGT >", max_size=12).map("#".__add__),
)


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(LINES, max_size=12),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    has_last_end=st.booleans(),
    block=st.integers(1, 40),
    long_line=st.integers(1, 40),
)
def test_blocks_may_end_anywhere(
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
    ends: str,
    has_last_end: bool,
    block: int,
    long_line: int,
) -> None:
    """A header or a CR that a block cut was once read as sequence."""
    text = ends.join([">first", *lines]) + ends * has_last_end
    monkeypatch.setattr(fasta, "_BLOCK", block)
    monkeypatch.setattr(fasta, "_LONG_LINE", max(long_line, longest_mark(lines)))
    assert read(text.encode()) == textbook(text)


def longest_mark(lines: list[str]) -> int:
    """Return the bytes of the longest line that is read whole, with its end."""
    return max((len(line) + 2 for line in [">first", *lines] if line[:1] in (">", "#")), default=0)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("block", [1 << 20, 1 << 21])
def test_a_header_across_the_end_of_a_block(end: bytes, block: int) -> None:
    """Four million bases once became 4,000,040."""
    header = b">contig two of the assembly, with a long description"
    for before in range(0, len(header) + 4, 3):
        letters = b"A" * (block - len(b">a" + end) - before)
        found = read(b">a" + end + letters + end + header + end + b"GGGG" + end)
        assert found == [Contig("a", letters.decode()), Contig("contig", "GGGG")]


@pytest.mark.parametrize("mark", [b">", b"#"])
@pytest.mark.parametrize("letters", [100_001, 3_000_000])
def test_a_line_that_is_read_whole_has_a_limit(mark: bytes, letters: int) -> None:
    with pytest.raises(
        InputError, match=r"^here: the line that begins with '.AAAA.* has more than 100,000 letters; end "
    ):
        read(b">a\nACGT\n" + mark + b"A" * letters + b"\nACGT\n")


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"ACGTACGT\n", "line 1 is 'ACGTACGT'"),
        (b"@read\nACGT\n+\nIIII\n", "line 1 is '@read'"),  # FASTQ
        (b"\nLOCUS       NC_001416  48502 bp\n", "line 2 is 'LOCUS       NC_00141'"),  # GenBank
        (b"<!DOCTYPE html>\n<html>", "line 1 is '<!DOCTYPE html>'"),
        (b"name\tACGT\n", r"line 1 is 'name\tACGT'"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "plain text"),
        (b"\x89PNG\r\n\x1a\n", "plain text"),
        (bytes(100), "plain text"),
        (">a\nACGT\n".encode("utf-16"), "it is not plain text; save it as UTF-8"),
    ],
)
def test_what_is_not_fasta(data: bytes, line: str) -> None:
    """The error names the line, and shows it only if it is text: no control character reaches a terminal."""
    with pytest.raises(InputError, match=r"^here: not FASTA \(") as error:
        read(data)
    assert line in str(error.value)
    assert str(error.value).endswith("); a record begins with '>'")
    assert str(error.value).isprintable()


@pytest.mark.parametrize("data", [b"", b"\n \n\t\n", b"# only a comment\n", b"\xef\xbb\xbf"])
def test_nothing_in_it(data: bytes) -> None:
    with pytest.raises(
        InputError, match=r"^here: holds no sequence; give a FASTA file with at least one record$"
    ):
        read(data)


def test_streams_are_left_open() -> None:
    """The caller may read on from standard input, so it must stay open."""
    stream = io.BytesIO(b">a\nACGTACGTAC\n")
    assert list(read_fasta(stream)) == [A]
    assert not stream.closed


def test_reading_can_stop_early(tmp_path: Path) -> None:
    path = tmp_path / "two.fa"
    path.write_bytes(b">a\nACGTACGTAC\n>b\nGGGG\n")
    contigs = read_fasta(path)
    assert next(contigs) == A
    contigs.close()  # type: ignore[attr-defined]  # a generator


def unreadable(_path: Path, _mode: str) -> io.BytesIO:
    raise PermissionError(13, "Permission denied")


PATHS: list[tuple[Callable[[Path], Path], str]] = [
    (lambda folder: folder / "absent.fa", "no such file; check the name"),
    (lambda folder: folder, "is a folder; name a file in it"),
    (lambda folder: folder / "file" / "x.fa", "Not a directory"),
    (lambda folder: folder / ("x" * 300), "File name too long"),
]


@pytest.mark.parametrize(("make_path", "message"), PATHS, ids=[message for _, message in PATHS])
def test_paths_that_cannot_be_read(tmp_path: Path, make_path: Callable[[Path], Path], message: str) -> None:
    (tmp_path / "file").touch()
    path = make_path(tmp_path)
    with pytest.raises(StorageError) as error:
        list(read_fasta(path))
    assert isinstance(error.value, CracklingError)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal is simulated, because root may read everything."""
    monkeypatch.setattr(Path, "open", unreadable)
    with pytest.raises(StorageError, match=r"secret\.fa: may not be read; check its permissions"):
        list(read_fasta(tmp_path / "secret.fa"))
