"""CHOPCHOP's rule: a G beside the PAM."""

from __future__ import annotations


def accepts(guide: str) -> bool:
    """Return whether base 20 of the protospacer is G (Labun et al. 2019, Nucleic Acids Res. 47:W171)."""
    return guide[19] == "G"
