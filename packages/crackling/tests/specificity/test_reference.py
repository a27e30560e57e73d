"""Compare with the published scorer on real genomes, to 1e-6 relative (CRACKLING_REFERENCE is the folder of its figures)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crackling.specificity import Index, build_index

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GENOMES = {"lambda": "lambda_phage.fa", "ecoli": "ecoli_k12_mg1655.fa.gz"}


@pytest.fixture(scope="module")
def indexed(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bool], Path]:
    folder = tmp_path_factory.mktemp("reference")

    def index(genome: str, compatible: bool) -> Path:
        out = folder / f"{genome}-{compatible}.issl"
        build_index([reference / "genomes" / GENOMES[genome]], out, compatible=compatible)
        return out

    return index


@pytest.mark.parametrize("genome", GENOMES)
@pytest.mark.parametrize("sites", ["compatible", "all_sites"])
def test_published_scores(
    reference: Path, indexed: Callable[[str, bool], Path], genome: str, sites: str
) -> None:
    """If `compatible`, sites that start with T are left out, as in the published extraction."""
    table = (reference / "reference" / f"offtarget_scores_{genome}_{sites}.tsv").read_text("ascii")
    rows = [line.split("\t") for line in table.splitlines()]
    assert len(rows) in {440, 1100}
    with Index.open(indexed(genome, sites == "compatible")) as index:
        scored = index.score([guide for guide, _, _ in rows], 4, compatible=True)
    for (guide, mit, cfd), row in zip(rows, scored, strict=True):
        assert (row.mit, row.cfd) == pytest.approx((float(mit), float(cfd)), rel=1e-6), guide
