"""Run by check.py under the functions' interpreter, which sees nothing but the layers: do they work together?

Its words are modules, or packages with everything in them ("name.*").
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterator

# mm10db's fold of a guide on its scaffold, as the published program gives it.
_RNA = "GCGUAAUGCCUUUCCCUAACGUUUUAGAGCUAGAAAUAGCAAGUUAAAAUAAGGCUAGUCCGUUAUCAACUUGAAAAAGUGGCACCGAGUCGGUGCUUUU"
_FOLD = (
    "(((....(((((........(((((((.((((....))))...)))))))))))).....))).....((((....))))(((((((...)))))))...",
    -23.3,
)


def _modules(word: str) -> Iterator[str]:
    """Without the command line, whose libraries are in no layer."""
    package = word.removesuffix(".*")
    yield package
    if package != word:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if found.name.rpartition(".")[2] not in {"cli", "__main__"}:
                yield found.name


def main(words: list[str]) -> None:
    for word in words:
        for name in _modules(word):
            importlib.import_module(name)
    if "RNA" in words:
        structure, energy = sys.modules["RNA"].fold(_RNA)
        assert (structure, round(energy, 2)) == _FOLD, f"ViennaRNA folds otherwise: {structure} {energy}"


if __name__ == "__main__":
    main(sys.argv[1:])
