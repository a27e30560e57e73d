"""Test which sites of a genome count, and how the published program differs."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING

import pytest

from crackling.errors import InputError
from crackling.sequences.fasta import reverse_complement
from crackling.specificity import Index, build_index

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Find = Callable[..., list[tuple[str, int, str, str, str]]]

F = "ACGATCGATACGATCATGAC"


@pytest.fixture
def perfect(tmp_path: Path) -> Find:
    """Return the locations of a 20-mer in a genome: (contig, start, strand, site, pam)."""

    def find(
        fasta: bytes, guide: str = F, *, compatible: bool = False
    ) -> list[tuple[str, int, str, str, str]]:
        out = tmp_path / "genome.issl"
        build_index([io.BytesIO(fasta)], out, compatible=compatible, threads=2)
        with Index.open(out) as index:
            hits = index.off_targets(guide, 0)
            assert index.score([guide], 0)[0].counts == (len(hits),)
        return [(hit.contig, hit.start, hit.strand, hit.site, hit.pam) for hit in hits]

    return find


def test_reverse_site_is_the_20_nt_beside_its_pam(perfect: Find) -> None:
    """The published program stores the PAM and 17 nt of it: half of its off-targets are wrong."""
    site = "GATTACAGATTACAGATTAC"
    genome = f">a\nTTTTT{reverse_complement(site + 'AGG')}TTTTT\n".encode()
    assert perfect(genome, site) == [("a", 5, "-", site, "AGG")]
    assert perfect(genome, "TACAGATTACAGATTACAGG") == []


def test_sites_that_start_with_t_count(perfect: Find) -> None:
    """The published program leaves them out, a fifth of all hits."""
    site = "T" + F[1:]
    genome = f">a\nAAAAA{site}TGGAAAAA\n".encode()
    assert perfect(genome, site) == [("a", 5, "+", site, "TGG")]
    assert perfect(genome, site, compatible=True) == []


def test_compatible_index_leaves_out_t_on_the_reverse_strand_too(perfect: Find) -> None:
    """The first base of the site decides on both strands, not the first base of the window."""
    starts_with_t, ends_with_a = "T" + F[1:], F[:19] + "A"
    genome = (
        f">a\n{reverse_complement(starts_with_t + 'TGG')}NN{reverse_complement(ends_with_a + 'TGG')}".encode()
    )
    assert perfect(genome, starts_with_t, compatible=True) == []
    assert len(perfect(genome, ends_with_a, compatible=True)) == 1
    assert len(perfect(genome, starts_with_t)) == 1


@pytest.mark.parametrize("pam", ["AGG", "CGG", "GGG", "TGG", "AAG", "CAG", "GAG", "TAG"])
@pytest.mark.parametrize("strand", "+-")
def test_nag_and_ngg_are_kept_apart(perfect: Find, pam: str, strand: str) -> None:
    """The published program does not store the PAM."""
    window = F + pam if strand == "+" else reverse_complement(F + pam)
    assert perfect(f">a\nAAAAA{window}AAAAA".encode()) == [("a", 5, strand, F, pam)]


@pytest.mark.parametrize("pam", ["ACG", "ATG", "AGA", "AGT", "AAA", "GGC"])
def test_no_other_pam_makes_a_site(perfect: Find, pam: str) -> None:
    """Only N[AG]G makes a site."""
    assert perfect(f">a\nAAAAA{F}{pam}AAAAA".encode()) == []


def test_a_file_with_one_record(perfect: Find) -> None:
    """The published program crashes, so E. coli or one chromosome fails."""
    assert len(perfect(f">only\n{F}TGG".encode())) == 1


def test_blank_lines(perfect: Find) -> None:
    """A sequence continues after a blank line; the published program crashes."""
    genome = f"\n\n>a\n\nAAAAA{F[:7]}\n\n \n{F[7:]}TGG\n\n".encode()
    assert perfect(genome) == [("a", 5, "+", F, "TGG")]


def test_soft_masked_letters_count(perfect: Find) -> None:
    """Lower case marks repeats, which count."""
    assert perfect(f">a\n{F.lower()}tgg".encode()) == [("a", 0, "+", F, "TGG")]
    assert perfect(f">a\n{F[:9]}{F[9:].lower()}TgG".encode()) == [("a", 0, "+", F, "TGG")]


@pytest.mark.parametrize("letter", "NRYSWKMBDHVn-")
@pytest.mark.parametrize("position", [0, 6, 19, 20, 22])
def test_a_window_with_another_letter_is_no_site(perfect: Find, letter: str, position: int) -> None:
    """The letter may be anywhere in the 23 nt, PAM included; without it, the same window is a site."""
    window = F + "TGG"
    broken = window[:position] + letter + window[position + 1 :]
    assert perfect(f">a\n{broken}AA{window}".encode()) == [("a", 25, "+", F, "TGG")]


def test_no_site_reaches_over_the_border_of_contigs(perfect: Find) -> None:
    """The first contig has an even or an odd length, because two bases share a byte."""
    window = F + "TGG"
    for cut in range(1, 23):
        assert perfect(f">a\n{window[:cut]}\n>b\n{window[cut:]}".encode()) == []
        first_ends = f">a\n{'A' * cut}{window}\n>b\n{window}".encode()
        assert perfect(first_ends) == [("a", cut, "+", F, "TGG"), ("b", 0, "+", F, "TGG")]


def test_overlapping_sites_are_all_met(perfect: Find) -> None:
    """This includes sites one base apart, and sites on both strands at one position."""
    assert [start for _, start, *_ in perfect(b">a\n" + b"G" * 30, "G" * 20)] == list(range(8))
    both = "CCA" + "ACGATCGATCGATCGAT" + "TGG"
    assert len(both) == 23
    assert perfect(f">a\n{both}".encode(), both[:20]) == [("a", 0, "+", both[:20], "TGG")]
    assert perfect(f">a\n{both}".encode(), reverse_complement(both)[:20])[0][1:3] == (0, "-")


@pytest.mark.parametrize("files", [1, 2])
def test_contigs_of_one_name_are_an_error(tmp_path: Path, files: int) -> None:
    """The published program loses all but the last when there are several files."""
    record = f">chr1 one\n{F}TGG\n".encode()
    paths = [tmp_path / f"{i}.fa" for i in range(files)]
    for path in paths:
        path.write_bytes(record if files == 2 else record * 2)
    with pytest.raises(InputError, match=r"contig 'chr1' was met before \(in .*0\.fa\)") as error:
        build_index(paths, tmp_path / "out.issl")
    assert str(error.value).startswith(f"{paths[-1]}: ")
    assert sorted(tmp_path.iterdir()) == paths


def test_several_files_and_compressed_ones_are_one_genome(tmp_path: Path) -> None:
    """However a genome is split into files, the index is the same."""
    first, second = f">a\n{F}TGG\n".encode(), f">b\n{F}CAG\n".encode()
    whole, parts = tmp_path / "whole.fa", [tmp_path / "first.fa.gz", tmp_path / "second.fa"]
    whole.write_bytes(first + second)
    parts[0].write_bytes(gzip.compress(first))
    parts[1].write_bytes(second)
    build_index([whole], tmp_path / "whole.issl")
    summary = build_index(parts, tmp_path / "parts.issl")
    assert (summary.contigs, summary.bases, summary.sites, summary.distinct_sites) == (2, 46, 2, 1)
    assert (tmp_path / "whole.issl").read_bytes() == (tmp_path / "parts.issl").read_bytes()
