"""ViennaRNA folds what the kernel cannot, with a warning in the log; and changes of ViennaRNA are noticed."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import RNA

from crackling.efficiency import fold_parameters, folding, viennarna
from crackling.efficiency.folding import fold_all
from crackling.efficiency.mm10db import SCAFFOLD
from crackling.efficiency.structures import Fold
from support.rnas import random_rna

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of the energies in ViennaRNA 2.7 and 2.8 (Turner 2004). Others would change published figures, even where both fold alike.
PARAMETERS = "f47623dc3575e3f4c3305cf194dc575e1e063e69da6b2acd045f520a014a4eb3"


@pytest.fixture(autouse=True)
def _prepared_anew() -> Iterator[None]:
    folding._prepared.cache_clear()
    yield
    folding._prepared.cache_clear()


def some_guides(n: int = 3) -> list[str]:
    rng = random.Random(1)
    return [random_rna(rng) for _ in range(n)]


def assert_left_to_viennarna(scaffold: str, caplog: pytest.LogCaptureFixture, reason: str) -> None:
    guides = some_guides()
    assert fold_all(guides, scaffold) == {guide: viennarna.fold(guide + scaffold) for guide in guides}
    assert reason in caplog.text
    assert len(caplog.records) == 1


@pytest.mark.parametrize("nt", [7, 105])
def test_scaffold_too_short_or_too_long(nt: int, caplog: pytest.LogCaptureFixture) -> None:
    assert_left_to_viennarna((SCAFFOLD + SCAFFOLD)[:nt], caplog, "does not support this scaffold")


@pytest.mark.parametrize(
    ("name", "value"), [("dangles", 0), ("temperature", 20.0), ("salt", 0.5), ("noGU", 1)]
)
def test_other_settings(
    name: str, value: float, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RNA.cvar, name, value)
    assert_left_to_viennarna(SCAFFOLD, caplog, name)


def test_a_viennarna_that_folds_otherwise(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viennarna, "fold", lambda rna: Fold("." * len(rna), 0.0))
    assert_left_to_viennarna(SCAFFOLD, caplog, "differently")


@pytest.mark.parametrize(
    ("section", "value", "reason"),
    [
        ("stack", ["-240"], "section stack of its parameters has 1 values"),
        ("ML_params", ["10", "0", "930", "3000", "-90", "-220"], "unpaired bases"),
        ("NINIO", ["400", "320", "300"], "does not support"),
        ("hairpin", ["INF"] * 31, "does not support"),
    ],
)
def test_parameters_that_the_kernel_does_not_take(
    section: str,
    value: list[str],
    reason: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sections = {**viennarna.parameter_sections(), section: value}
    monkeypatch.setattr(folding, "_energies", lambda: fold_parameters.from_viennarna(sections))
    assert_left_to_viennarna(SCAFFOLD, caplog, reason)


def test_an_energy_out_of_range(caplog: pytest.LogCaptureFixture) -> None:
    """One guide's energy is below what int16 can safely hold; the kernel folds the other guide."""
    scaffold = "G" * 32 + "AAAA" + "C" * 64
    guides = ["G" * 20, "A" * 20]
    assert fold_all(guides, scaffold) == {guide: viennarna.fold(guide + scaffold) for guide in guides}
    assert "1 of 2 guides" in caplog.text


def test_a_letter_that_is_no_base(caplog: pytest.LogCaptureFixture) -> None:
    guides = ["N" + guide[1:] for guide in some_guides()]
    assert fold_all(guides) == {guide: viennarna.fold(guide + SCAFFOLD) for guide in guides}
    assert "3 of 3 guides" in caplog.text


def test_the_parameters_are_those_of_the_published_figures() -> None:
    energies = fold_parameters.from_viennarna(viennarna.parameter_sections())
    special = b"".join(bytes(hairpin) for hairpin in energies.special)
    assert hashlib.sha256(bytes(energies.parameters) + special).hexdigest() == PARAMETERS


@pytest.mark.parametrize(
    ("name", "by_kernel"),
    [
        ("RNA_Turner1999", True),
        ("RNA_misc_special_hairpins", True),
        ("RNA_Andronescu2007", False),
        ("RNA_Langdon2018", False),
    ],
)
def test_other_parameter_sets(name: str, by_kernel: bool) -> None:
    """The kernel uses the parameters that ViennaRNA has loaded, or leaves folding to ViennaRNA. A process loads only one set."""
    program = f"""
import RNA; assert RNA.params_load_{name}()
from crackling.efficiency import folding, viennarna
from crackling.efficiency.mm10db import SCAFFOLD
guides = {some_guides(60)}
assert folding.fold_all(guides) == {{guide: viennarna.fold(guide + SCAFFOLD) for guide in guides}}
assert bool(folding.kernel_tables()) is {by_kernel}
"""
    subprocess.run([sys.executable, "-c", program], check=True)
