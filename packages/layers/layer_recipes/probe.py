"""Run by check.py under the functions' interpreter, which sees nothing but the layers: do they work together?

Its words are modules, or packages with everything in them ("name.*").
"""

import importlib
import io
import pkgutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# mm10db's fold of a guide on its scaffold, as the published program gives it.
_RNA = "GCGUAAUGCCUUUCCCUAACGUUUUAGAGCUAGAAAUAGCAAGUUAAAAUAAGGCUAGUCCGUUAUCAACUUGAAAAAGUGGCACCGAGUCGGUGCUUUU"
_FOLD = (
    "(((....(((((........(((((((.((((....))))...)))))))))))).....))).....((((....))))(((((((...)))))))...",
    -23.3,
)


def _modules(word: str) -> Iterator[str]:
    """Without the command line, whose libraries are in no layer, and the kernel, which is no module."""
    package = word.removesuffix(".*")
    yield package
    if package != word:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not {"cli", "__main__", "_kernel"} & set(found.name.split(".")):
                yield found.name


def _fold() -> None:
    structure, energy = sys.modules["RNA"].fold(_RNA)
    assert (structure, round(energy, 2)) == _FOLD, f"ViennaRNA folds otherwise: {structure} {energy}"


def _score() -> None:
    """A guide against a genome in which it occurs once: the kernel builds the index and reads it."""
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


if __name__ == "__main__":
    main(sys.argv[1:])
