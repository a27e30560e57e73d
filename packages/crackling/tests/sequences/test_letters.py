"""Test which letters a sequence may have, in queries and in genomes."""

from __future__ import annotations

import ctypes
import io
from typing import TYPE_CHECKING

import pytest

from crackling.errors import InputError
from crackling.sequences.fasta import LETTERS, Contig, as_fasta, normalise, parse_query, reverse_complement
from crackling.specificity.kernel import library
from crackling.specificity.packed_genome import read_shards

if TYPE_CHECKING:
    from pathlib import Path


def packed(letters: bytes) -> tuple[int, list[int]]:
    """Return the number of bases that the kernel packs (or -1 - index of the bad letter), and their codes."""
    room = (ctypes.c_uint8 * (len(letters) // 2 + 1))()
    bases = library().pack(letters, len(letters), room)
    return bases, [byte >> shift & 15 for byte in room for shift in (0, 4)][: max(bases, 0)]


@pytest.mark.parametrize("byte", range(256))
def test_kernel_and_queries_have_one_alphabet(byte: int) -> None:
    bases, codes = packed(bytes([byte]))
    if byte < 128 and chr(byte).isspace():
        assert bases == 0
        assert normalise(Contig("a", chr(byte)), "here").sequence == ""
    elif chr(byte).upper() in LETTERS:
        letter = normalise(Contig("a", chr(byte)), "here").sequence
        assert (bases, codes) == (1, ["ACGT".find(letter) if letter in "ACGT" else 4])
    else:
        assert bases == -1
        if byte < 128:
            with pytest.raises(InputError):
                normalise(Contig("a", chr(byte)), "here")


@pytest.mark.parametrize("bases", range(6))
def test_packing_pads_with_what_no_site_contains(bases: int) -> None:
    """At least one base of padding follows, so that no window extends over the end of a contig."""
    room = (ctypes.c_uint8 * (bases // 2 + 1))()
    assert library().pack(b"CGTAC"[:bases], bases, room) == bases
    codes = [byte >> shift & 15 for byte in room for shift in (0, 4)]
    assert codes == [1, 2, 3, 0, 1][:bases] + [4] * (len(codes) - bases)
    assert len(codes) > bases


def test_white_space_may_stand_anywhere() -> None:
    """Pasted text has line numbers' blanks, tabs, and hard spaces from web pages."""
    text = " ac gt\tAC\r\nGT\v\f\x1c nn \u00a0a\n"
    assert normalise(Contig("a", text), "here").sequence == "ACGTACGTNNA"
    ascii_only = text.replace("\u00a0", "")
    assert packed(ascii_only.encode())[0] == 11


def test_u_reads_as_t_and_the_gap_stays() -> None:
    assert normalise(Contig("a", "uUtT-"), "here").sequence == "TTTT-"
    assert packed(b"uUtT-") == (5, [3, 3, 3, 3, 4])


@pytest.mark.parametrize(
    "letter", ["!", "1", "*", "E", "J", "X", "Z", "\0", "ß", "ſ", "é", "\ufeff", "\ufffd", "Α", "１"]
)
def test_anything_else_is_named_with_its_position(letter: str) -> None:
    """Contig and letter, counted from 1 without white space. Sharp s must not become SS, nor a long s an S."""
    message = r"here: contig 'b', letter 7: .* is no nucleotide; give DNA \(A, C, G, T, N and the other IUPAC codes\)"
    with pytest.raises(InputError, match=message) as error:
        normalise(Contig("b", f"AC GT\nAC{letter}GT"), "here")
    assert repr(letter) in str(error.value)


@pytest.mark.parametrize("letter", ["!", "1", "*", "E", "X", "\0", "ß", "é", "\ufffd"])
def test_genomes_name_it_alike(tmp_path: Path, letter: str) -> None:
    path = tmp_path / "genome.fa"
    path.write_text(f">a\nACGT\n>b\nAC GT\n\nAC{letter}GT\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"genome\.fa: contig 'b', letter 7: .* is no nucleotide; give DNA"
    ) as error:
        list(read_shards([path], lambda _stage, _done, _total: None))
    assert repr(letter) in str(error.value)


def test_a_protein_is_no_genome() -> None:
    """The error names the first letter that is no IUPAC code of a nucleotide."""
    protein = io.BytesIO(b">sp|P0A8V2\nMVYSYTEKKRIRKDFGKRPQ\n")
    with pytest.raises(
        InputError, match=r"standard input: contig 'sp\|P0A8V2', letter 7: 'E' is no nucleotide"
    ):
        list(read_shards([protein], lambda _stage, _done, _total: None))


@pytest.mark.parametrize(
    "text", ["ACGTAC", "acg tac\n", "\n acg\n\ntac", "\ufeffACGTAC", "ACG UAC".replace("U", "T")]
)
def test_a_bare_sequence_is_a_query(text: str) -> None:
    assert parse_query(text, name="pasted") == [Contig("pasted", "ACGTAC")]


@pytest.mark.parametrize("text", [">a\nAcG\n>b\nnT\n", "\n >a\nACG\n\n>b\nNT", "\ufeff>a\r\nACG\r\n>b\r\nNT"])
def test_fasta_is_a_query(text: str) -> None:
    assert parse_query(text) == [Contig("a", "ACG"), Contig("b", "NT")]


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff"])
def test_an_empty_query(text: str) -> None:
    with pytest.raises(InputError, match=r"^the query: is empty; give a DNA sequence or FASTA$"):
        parse_query(text)


def test_a_bad_letter_of_a_query() -> None:
    with pytest.raises(InputError, match=r"^genes\.fa: contig 'x', letter 3: 'Q' is no nucleotide"):
        parse_query(">w\nAC\n>x y\nACQ", "genes.fa")


def test_reverse_complement() -> None:
    assert reverse_complement("AACGTN-R") == "R-NACGTT"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (">a first\nAC\n>b\nGG\n>a second\nTT\n", "sequences 1 and 3 are both named 'a'"),
        (">contig_2\nAC\n>\nGG\n", "sequences 1 and 2 are both named 'contig_2'"),
    ],
)
def test_no_two_sequences_of_a_query_have_one_name(text: str, says: str) -> None:
    with pytest.raises(InputError, match=f"^the query: {says}; begin each header with a name of its own"):
        parse_query(text)


def test_a_query_may_have_sequences_without_a_name() -> None:
    assert [contig.name for contig in parse_query(">\nAC\n>\nGG\n")] == ["contig_1", "contig_2"]


def test_what_is_written_as_fasta_is_read_again() -> None:
    contigs = [Contig("a", "ACGTN" * 40), Contig("empty", ""), Contig("b", "A" * 80), Contig("c", "-R")]
    text = as_fasta(contigs)
    assert max(map(len, text.splitlines())) == 80
    assert parse_query(text) == contigs


@pytest.mark.parametrize("name", ["KRAS", "sry", "MYB", "TP53"])
def test_what_may_be_the_name_of_a_gene_gets_the_remedy(name: str) -> None:
    """Each letter of KRAS is one of the IUPAC alphabet; a guide with its PAM is longer."""
    with pytest.raises(
        InputError, match=rf"^the query: '{name}' is shorter than a guide .* give it as a region"
    ):
        parse_query(name)
    assert parse_query(f">{name}\nKRAS\n") == [Contig(name, "KRAS")]
    assert parse_query("ACGTN") == [Contig("query", "ACGTN")]


@pytest.mark.parametrize("text", ["ACGT[A/G]ACGTACGTACGTACGTACGT", ">a\nACGT[A/G]ACGT"])
def test_variants_in_brackets_are_refused_with_a_word(text: str) -> None:
    with pytest.raises(
        InputError, match=r"letter 5: '\[' is no nucleotide; write one of the variants, or the IUPAC"
    ):
        parse_query(text)
