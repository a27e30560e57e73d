"""Efficiency: three published methods, each a verdict; their consensus is how many accept."""

from crackling.efficiency.assess import Efficiency, assess

__all__ = ["Efficiency", "assess"]
