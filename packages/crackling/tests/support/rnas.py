"""Make guide RNAs of every kind that folding must get right."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from crackling.efficiency.mm10db import SCAFFOLD, transcript
from crackling.guides.sites import find_sites
from crackling.sequences.fasta import read_fasta

if TYPE_CHECKING:
    from pathlib import Path

NT = 20
_COMPLEMENT = str.maketrans("ACGU", "UGCA")
# RNAs that can pair everywhere or nowhere, and structures of equal energy.
ALPHABETS = ("ACGU", "GGGGCCCCAU", "AAAAUUUUGC", "GGUU", "GCGC", "GU")


def random_rna(rng: random.Random, nt: int = NT, alphabet: str = "ACGU") -> str:
    return "".join(rng.choices(alphabet, k=nt))


def complement_of_scaffold(rng: random.Random, scaffold: str = SCAFFOLD) -> str:
    """Return a part of the scaffold's reverse complement with up to three changes, which disrupts the scaffold."""
    start = rng.randrange(len(scaffold) - NT + 1)
    bases = list(scaffold[start : start + NT].translate(_COMPLEMENT)[::-1])
    for _ in range(rng.randrange(4)):
        bases[rng.randrange(NT)] = rng.choice("ACGU")
    return "".join(bases)


def hairpin(rng: random.Random) -> str:
    """Return a guide with a hairpin somewhere."""
    arm, loop = random_rna(rng, rng.randrange(3, 8)), random_rna(rng, rng.randrange(3, 7))
    folded = arm + loop + arm.translate(_COMPLEMENT)[::-1]
    before = random_rna(rng, rng.randrange(NT))
    return (
        (before + folded + random_rna(rng))[-NT:] if rng.random() < 0.5 else (folded + before + "A" * NT)[:NT]
    )


def biased_guides(n: int, seed: int) -> list[str]:
    """Return guides that fold oddly: a third from biased alphabets, a third hairpins, a third bind the scaffold."""
    rng = random.Random(seed)
    by_alphabet = [random_rna(rng, alphabet=ALPHABETS[i % len(ALPHABETS)]) for i in range(n // 3)]
    hairpins = [hairpin(rng) for _ in range(n // 3)]
    return [*by_alphabet, *hairpins, *(complement_of_scaffold(rng) for _ in range(n - 2 * (n // 3)))]


def genome_guides(fasta: Path, n: int, seed: int) -> list[str]:
    """Return guides of a genome as mm10db folds them."""
    rng = random.Random(seed)
    contig = max(read_fasta(fasta), key=lambda contig: len(contig.sequence))
    sites = find_sites([contig])
    return [transcript(site.guide) for site in rng.sample(sites, min(n, len(sites)))]
