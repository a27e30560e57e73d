"""Test designs end to end, and compare them with the published pipeline."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from crackling import Design, Genome, design
from crackling.guides.sites import find_sites
from crackling.sequences.fasta import Contig, normalise, read_fasta, reverse_complement
from crackling.specificity import Index, build_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def genome(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Genome]:
    path = tmp_path_factory.mktemp("index") / "lambda.issl"
    build_index([sample / "lambda_phage.fa"], path)
    with Index.open(path) as index:
        yield Genome("lambda", index)


@pytest.fixture(scope="module")
def targets(sample: Path, genome: Genome) -> Design:
    return design(sample / "cI.fa", genome=genome, threads=1)


def test_every_guide_stands_where_it_says(sample: Path, targets: Design) -> None:
    query = next(read_fasta(sample / "cI.fa")).sequence
    assert len(targets) == 75
    assert [target.id for target in targets] == list(range(1, 76))
    for target in targets:
        window = query[target.start : target.end]
        assert target.guide + target.pam == (window if target.strand == "+" else reverse_complement(window))
        assert target.pam.endswith("GG")


def test_query_order_is_by_start_then_strand(targets: Design) -> None:
    starts = [(target.start, target.strand) for target in targets]
    assert starts == sorted(starts)


def test_guides_of_the_genome_are_found_in_it(targets: Design) -> None:
    assert all(target.mm0 >= 1 for target in targets)


def test_one_query_in_parts_gives_the_same_rows(sample: Path, genome: Genome, targets: Design) -> None:
    """Splitting a query into chunks changes only the numbering, because chunks are scored separately."""
    sites = find_sites(normalise(contig, "cI") for contig in read_fasta(sample / "cI.fa"))
    first = sites[0]
    alone = design(
        [
            Contig(
                "cI",
                (first.guide + first.pam)
                if first.strand == "+"
                else reverse_complement(first.guide + first.pam),
            )
        ],
        genome=genome,
    )
    assert (alone[0].guide, alone[0].structure, alone[0].mit) == (
        targets[0].guide,
        targets[0].structure,
        targets[0].mit,
    )


def test_a_site_that_occurs_twice_is_kept_and_marked(genome: Genome) -> None:
    unit = "ATAAATAGCGAAAACCCGCGAGGT"
    rows = design(unit + "ATATATAT" + unit, genome=genome)
    twins = [row for row in rows if row.guide == unit[:20]]
    assert [row.start for row in twins] == [0, 32]
    assert not any(row.unique for row in twins)
    assert all("repeated in query" in row.warnings for row in twins)


def test_lower_case_counts_and_ambiguity_does_not(genome: Genome) -> None:
    upper = "ATAAATAGCGAAAACCCGCGAGGT"
    assert list(design(upper.lower(), genome=genome)) == list(design(upper, genome=genome))
    assert list(design(upper.replace("GCG", "GNG", 1), genome=genome)) == []


def test_the_published_pipeline(reference: Path, tmp_path: Path) -> None:
    """Compare every guide of 20 kb of E. coli: locations, verdicts, energies, scores (CFD there weighs every PAM as NGG)."""
    path = tmp_path / "ecoli.issl"
    build_index([reference / "genomes" / "ecoli_k12_mg1655.fa.gz"], path, compatible=True)
    with Index.open(path) as index:
        rows = design(reference / "reference" / "pipeline_ecoli.fa", genome=Genome("ecoli", index))
        compatible = index.score([row.guide for row in rows], compatible=True)
    with (reference / "reference" / "pipeline_ecoli.tsv").open() as file:
        published = {row["seq"]: row for row in csv.DictReader(file, delimiter="\t")}
    repeated = [seq for seq, row in published.items() if row["isUnique"] == "0"]
    assert {row.guide + row.pam for row in rows} == set(published)
    assert {row.guide + row.pam for row in rows if not row.unique} == set(repeated)
    for row, specificity in zip(rows, compatible, strict=True):
        expected = published[row.guide + row.pam]
        if row.unique:
            assert (str(row.start), str(row.end), row.strand) == (
                expected["start"],
                expected["end"],
                expected["strand"],
            )
        verdicts = (row.chopchop, row.mm10db, row.sgrnascorer2, row.consensus)
        names = ("passedG20", "acceptedByMm10db", "acceptedBySgRnaScorer", "consensusCount")
        assert verdicts == tuple(int(expected[name]) for name in names)
        assert row.sgrnascorer2_score == pytest.approx(float(expected["sgrnascorer2score"]), abs=2e-6)
        if row.energy is not None:
            assert row.energy == float(expected["ssEnergy"])
        assert specificity.mit == pytest.approx(float(expected["mitOfftargetscore"]), rel=1e-6)
        assert specificity.cfd == pytest.approx(float(expected["cfdOfftargetscore"]), rel=1e-6)
