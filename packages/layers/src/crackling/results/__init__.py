"""Results: a row for each target, and the formats that they are written in."""

from crackling.results.formats import MEDIA_TYPES, Format, write
from crackling.results.target import COLUMNS, Target, make_target

__all__ = ["COLUMNS", "MEDIA_TYPES", "Format", "Target", "make_target", "write"]
