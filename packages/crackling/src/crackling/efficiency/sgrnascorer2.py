"""sgRNA Scorer 2.0: a linear support vector machine on the bases of the guide (Chari et al. 2017, ACS Synth. Biol. 6:902)."""

from __future__ import annotations

import functools
import json
from importlib import resources


@functools.cache
def _model() -> tuple[float, tuple[dict[str, float], ...]]:
    """Return the intercept, and for each position from the PAM-distal end the coefficient of each base."""
    figures = json.loads(resources.files(__package__).joinpath("sgrnascorer2.json").read_text("utf-8"))
    return figures["intercept"], tuple(figures["weights"][str(position)] for position in range(1, 21))


def score(guide: str) -> float:
    """Return the decision value of a guide of 20 nt."""
    intercept, weights = _model()
    return intercept + sum(at[base] for at, base in zip(weights, guide, strict=True))


def accepts(decision: float) -> bool:
    return decision >= 0.0
