"""Read records that belong together in any way, or in none: each file is read or refused, and looked up without an error."""

from __future__ import annotations

import contextlib
import io
import random

import pytest

from crackling.annotation.annotation import Position, read_gff, read_prepared
from crackling.annotation.gene_lookup import find_gene
from crackling.errors import InputError

FILES = 600
IDENTIFIERS = ("a", "b", "c", "a,b", "")
KINDS = ("gene", "mRNA", "exon", "CDS", "tRNA", "operon", "region", "pseudogene", "transcript", "chromosome")
TAGS = ("ID", "Parent", "Parent", "Name", "gene", "locus_tag", "part", "gene_synonym", "Dbxref")
TAGS_OF_GTF = ("gene_id", "transcript_id", "gene_name")
CONTIGS = {"c": 100, "d": 150}


def attributes(chance: random.Random, *, is_gtf: bool) -> str:
    if is_gtf:
        some = [f'{tag} "{chance.choice(IDENTIFIERS)}";' for tag in TAGS_OF_GTF if chance.random() < 0.7]
        return " ".join(some) or 'note "1";'
    return ";".join(f"{tag}={chance.choice(IDENTIFIERS)}" for tag in TAGS if chance.random() < 0.4) or "."


def file_of(chance: random.Random) -> str:
    is_gtf = chance.random() < 0.3
    lines = ["c\t.\tregion\t1\t100\t.\t.\t.\tIs_circular=true"] if chance.random() < 0.5 else []
    for _ in range(chance.randint(1, 14)):
        start = chance.randint(1, 90)
        place = (
            f"{chance.choice(KINDS)}\t{start}\t{start + chance.randint(0, 40)}\t.\t{chance.choice('+-.?')}\t."
        )
        lines.append(f"{chance.choice('cde')}\t.\t{place}\t{attributes(chance, is_gtf=is_gtf)}")
    return "\n".join(lines)


def test_any_records_are_read_or_refused() -> None:
    read = 0
    for seed in range(FILES):
        chance = random.Random(seed)
        text, contigs = file_of(chance), chance.choice((None, CONTIGS))
        try:
            annotation = read_gff(io.BytesIO(text.encode()), "genes", contigs)
        except InputError:
            continue
        read += 1
        out = io.BytesIO()
        annotation.write(out)
        out.seek(0)
        assert read_prepared(out) == annotation
        for contig, bases in CONTIGS.items():
            assert annotation.at(Position(contig, bases, bases + 40)).gene is None or contigs is None
            for start in range(0, bases, 7):
                annotation.at(Position(contig, start, start + 5))
        for name in "abc":
            with contextlib.suppress(InputError):
                assert find_gene(annotation, name).position.start >= 0
    assert read > FILES // 2


@pytest.mark.parametrize("levels", [1, 100, 5_000])
def test_records_over_each_other_are_no_end(levels: int) -> None:
    """A chain of parents is followed as far as real files have one."""
    chain = "".join(f"c\t.\tmRNA\t1\t9\t.\t+\t.\tID={n};Parent={n + 1}\n" for n in range(levels))
    text = chain + "c\t.\texon\t1\t5\t.\t+\t.\tParent=0\n"
    assert read_gff(io.BytesIO(text.encode()), "genes").at(Position("c", 2, 3)).feature == "exon"
