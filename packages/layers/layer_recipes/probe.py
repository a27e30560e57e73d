"""Check that the layers work together; check.py runs this under the functions' interpreter, which sees nothing else.

The arguments are modules, or packages with all their modules ("name.*").
"""

import importlib
import io
import pkgutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# mm10db's fold of a guide on its scaffold, as the published program computes it.
_RNA = "GCGUAAUGCCUUUCCCUAACGUUUUAGAGCUAGAAAUAGCAAGUUAAAAUAAGGCUAGUCCGUUAUCAACUUGAAAAAGUGGCACCGAGUCGGUGCUUUU"
_FOLD = (
    "(((....(((((........(((((((.((((....))))...)))))))))))).....))).....((((....))))(((((((...)))))))...",
    -23.3,
)


def _modules(word: str) -> Iterator[str]:
    """Yield the modules to import.

    The command line is left out because no layer has its libraries, and the kernel because it is not a Python module.
    """
    package = word.removesuffix(".*")
    yield package
    if package != word:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not {"cli", "__main__", "_kernel"} & set(found.name.split(".")):
                yield found.name


def _fold() -> None:
    structure, energy = sys.modules["RNA"].fold(_RNA)
    assert (structure, round(energy, 2)) == _FOLD, f"ViennaRNA folds otherwise: {structure} {energy}"


def _fold_by_kernel() -> None:
    folding = importlib.import_module("crackling.efficiency.folding")
    assert folding.kernel_tables(), "the kernel leaves folding to ViennaRNA"
    assert folding.fold_all([_RNA[:20]]) == {_RNA[:20]: _FOLD}


def _score() -> None:
    """Score a guide against a genome in which it occurs once: the kernel builds the index and reads it."""
    specificity = sys.modules["crackling.specificity"]
    guide = "GTTGCATTAGCAATCGTACG"
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "genome.issl"
        specificity.build_index([io.BytesIO(f">contig\n{guide}TGG\n".encode())], index)
        with specificity.Index.open(index) as opened:
            [(mit, cfd, counts)] = opened.score([guide])
    assert (mit, round(cfd, 4), tuple(counts)) == (100, 99.0099, (1, 0, 0, 0, 0)), (mit, cfd, counts)


def main(words: list[str]) -> None:
    for word in words:
        for name in _modules(word):
            importlib.import_module(name)
    if "RNA" in words:
        _fold()
    if "crackling.*" in words:
        _score()
    if {"RNA", "crackling.*"} <= set(words):
        _fold_by_kernel()


if __name__ == "__main__":
    main(sys.argv[1:])
