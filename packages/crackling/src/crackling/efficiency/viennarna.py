"""Get folds, settings and energy parameters from ViennaRNA (Lorenz et al. 2011, Algorithms Mol. Biol. 6:26).

The functions import the library when they need it, because that takes a tenth of a second.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from crackling.efficiency.structures import Fold

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = "## RNAfold parameter file v2.0"
# The settings that the fold kernel relies on. RNA.md() reports the ones that RNA.fold() uses.
USUAL_SETTINGS: Mapping[str, float | str] = {
    "temperature": 37.0,
    "salt": 1.021,
    "dangles": 2,
    "special_hp": 1,
    "noLP": 0,
    "noGU": 0,
    "noGUclosure": 0,
    "logML": 0,
    "circ": 0,
    "gquad": 0,
    "energy_set": 0,
    "nonstandards": "",
    "max_bp_span": -1,
    "min_loop_size": 3,
    "backtrack": 1,
    "backtrack_type": "F",
}


def fold(rna: str) -> Fold:
    """Fold an RNA. The energy has two decimals, as the program RNAfold prints it."""
    import RNA

    structure, energy = RNA.fold(rna)
    return Fold(structure, round(energy, 2))


def version() -> str:
    """Return the version of the installed ViennaRNA."""
    import RNA

    return str(RNA.__version__)


def unusual_settings() -> dict[str, object]:
    """Return the settings that differ from the usual ones. A process can change them by RNA.cvar."""
    import RNA

    settings = RNA.md()
    present = {name: getattr(settings, name, None) for name in USUAL_SETTINGS}
    return {name: value for name, value in present.items() if value != USUAL_SETTINGS[name]}


def parameter_sections() -> dict[str, list[str]]:
    """Return the words of each section of ViennaRNA's parameter file, without comments.

    Raises:
        ValueError: ViennaRNA writes another format.
    """
    import RNA

    with tempfile.TemporaryDirectory(prefix="crackling-") as folder:
        path = Path(folder) / "parameters"
        RNA.params_save(str(path))
        text = path.read_text("ascii")
    if not text.startswith(FORMAT):
        raise ValueError(f"ViennaRNA does not write its parameters in the format {FORMAT!r}")
    sections = re.split(r"^# (\w+)$", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    return {name: body.split() for name, body in zip(sections[1::2], sections[2::2], strict=True)}
