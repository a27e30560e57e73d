"""Assess the efficiency of guides: the verdicts of three published methods, and how many of them accept a guide."""

from crackling.efficiency.assess import Efficiency, assess

__all__ = ["Efficiency", "assess"]
