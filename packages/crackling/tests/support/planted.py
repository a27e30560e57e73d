"""Make random genomes in which near-repeats of some guides are planted.

In a random genome hardly any site is near another; planted ones make hits at every number of mismatches, on
both strands, with both PAMs, often repeated, next to contig borders, N runs and ambiguity codes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from crackling.guides.sites import GUIDE_NT
from crackling.sequences.fasta import reverse_complement

if TYPE_CHECKING:
    from collections.abc import Iterable

# Past it every width of keys counts in the overflow table: keys of 10 + 10 nt hold up to 89 in an entry.
ALWAYS_OVERFLOWS = 95
# Where mismatches go: anywhere, into what keys the prefix list, into what keys the suffix list.
REGIONS = {"anywhere": (0, 20), "first": (0, 8), "last": (12, 20)}
SPACERS = ("", "A", "N", "NNNNN", "R", "-", "TATTTATA", "\n")


@dataclass(frozen=True, slots=True)
class Plant:
    """Copies of one near-repeat of a guide, and how each stands in the genome."""

    guide: int
    mismatches: int = 0
    copies: int = 1
    region: str = "anywhere"
    pam: str = "AGG"
    strand: str = "+"
    lower: bool = False
    spacer: str = "A"
    ends_contig: bool = False


@dataclass(slots=True)
class Planted:
    guides: list[str]
    contigs: dict[str, str] = field(default_factory=dict)


def random_bases(rng: random.Random, n: int) -> str:
    return "".join(rng.choices("ACGT", k=n))


def mutated(guide: str, mismatches: int, region: str, rng: random.Random) -> str:
    letters = list(guide)
    low, high = REGIONS[region]
    for position in rng.sample(range(low, high), mismatches):
        letters[position] = rng.choice([base for base in "ACGT" if base != letters[position]])
    return "".join(letters)


def planted_genome(plants: Iterable[Plant], guides: int, seed: int) -> Planted:
    """Return a genome with these plants between random stretches; guides that are not planted do not occur in it."""
    rng = random.Random(seed)
    genome = Planted([("T" if i % 3 == 1 else "") + random_bases(rng, GUIDE_NT) for i in range(guides)])
    genome.guides = [guide[:GUIDE_NT] for guide in genome.guides]
    contig = random_bases(rng, 40)
    for plant in plants:
        site = mutated(genome.guides[plant.guide % guides], plant.mismatches, plant.region, rng) + plant.pam
        window = site if plant.strand == "+" else reverse_complement(site)
        contig += (plant.spacer + (window.lower() if plant.lower else window)) * plant.copies
        if plant.ends_contig:
            genome.contigs[f"c{len(genome.contigs)}"] = contig
            contig = ""
        else:
            contig += plant.spacer + random_bases(rng, rng.randrange(30))
    genome.contigs[f"c{len(genome.contigs)}"] = contig
    return genome


def plants() -> st.SearchStrategy[Plant]:
    return st.builds(
        Plant,
        guide=st.integers(0, 3),
        mismatches=st.integers(0, 7),
        copies=st.sampled_from([1, 1, 1, 2, 3, 6, 12, 50, ALWAYS_OVERFLOWS]),
        region=st.sampled_from(sorted(REGIONS)),
        pam=st.sampled_from(["AGG", "CGG", "TGG", "GGG", "AAG", "CAG", "TAG", "TTG"]),
        strand=st.sampled_from("+-"),
        lower=st.booleans(),
        spacer=st.sampled_from(SPACERS),
        ends_contig=st.booleans(),
    )


def planted_genomes() -> st.SearchStrategy[Planted]:
    return st.builds(
        planted_genome,
        st.lists(plants(), max_size=25),
        guides=st.integers(1, 4),
        seed=st.integers(0, 2**32 - 1),
    )


def rich_genome(guides: int = 6, seed: int = 1) -> Planted:
    """Return a genome with every number of mismatches, strand, PAM and region, and sites that overflow."""
    some = [
        Plant(
            guide,
            mismatches,
            copies=1 + (guide + mismatches) % 4,
            region=region,
            pam=pam,
            strand=strand,
            spacer=spacer,
        )
        for guide in range(guides - 1)  # the last guide is not in the genome
        for mismatches in range(8)
        for region, pam, strand, spacer in (
            ("anywhere", "AGG", "+", "NN"),
            ("first", "TAG", "-", "A"),
            ("last", "CGG", "-", "TA"),
        )
    ]
    many = [
        Plant(0, mismatches, copies=ALWAYS_OVERFLOWS, pam=pam, strand=strand, spacer="TA")
        for mismatches, pam, strand in ((0, "GGG", "+"), (0, "CAG", "-"), (2, "TGG", "-"))
    ]
    return planted_genome([*some, *many], guides, seed)


def fasta(contigs: dict[str, str], *, width: int = 60, newline: str = "\n") -> bytes:
    lines: list[str] = []
    for name, letters in contigs.items():
        lines.append(f">{name} a description")
        lines += [letters[i : i + width] for i in range(0, len(letters), width)]
    return newline.join([*lines, ""]).encode()
