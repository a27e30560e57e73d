"""Hold results: a row for each target, a design as a whole, and the formats that it is written in."""

from crackling.results.design import Design, Kind
from crackling.results.formats import FORMATS, FileFormat, Format, format_of, write
from crackling.results.target import COLUMNS, Target, make_target

__all__ = [
    "COLUMNS",
    "FORMATS",
    "Design",
    "FileFormat",
    "Format",
    "Kind",
    "Target",
    "format_of",
    "make_target",
    "write",
]
