"""Translate ViennaRNA's energy parameters into those of the fold kernel (`fold_parameters_t` in native/fold.h)."""

from __future__ import annotations

import ctypes
import math
from ctypes import c_int32
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_RNA_NT = 124
MAX_LOOP = 30
PAIR_TYPES = 6
BASES = "ACGU"

_BY_PAIR = c_int32 * PAIR_TYPES
_BY_PAIRS = c_int32 * PAIR_TYPES * PAIR_TYPES
_MISMATCH = c_int32 * 4 * 4 * PAIR_TYPES


class Parameters(ctypes.Structure):
    """`fold_parameters_t`."""

    _fields_ = (
        ("stack", _BY_PAIRS),
        ("mismatch_hairpin", _MISMATCH),
        ("mismatch_interior", _MISMATCH),
        ("mismatch_1n", _MISMATCH),
        ("mismatch_23", _MISMATCH),
        ("mismatch_multi", _MISMATCH),
        ("mismatch_exterior", _MISMATCH),
        ("dangle5", c_int32 * 4 * PAIR_TYPES),
        ("dangle3", c_int32 * 4 * PAIR_TYPES),
        ("interior11", c_int32 * 4 * 4 * PAIR_TYPES * PAIR_TYPES),
        ("interior21", c_int32 * 4 * 4 * 4 * PAIR_TYPES * PAIR_TYPES),
        ("interior22", c_int32 * 4 * 4 * 4 * 4 * PAIR_TYPES * PAIR_TYPES),
        ("hairpin", c_int32 * MAX_RNA_NT),
        ("bulge", c_int32 * (MAX_LOOP + 1)),
        ("interior", c_int32 * (MAX_LOOP + 1)),
        ("multi_closing", c_int32),
        ("multi_branch", c_int32),
        ("asymmetry", c_int32),
        ("max_asymmetry", c_int32),
        ("helix_end", c_int32),
    )


class SpecialHairpin(ctypes.Structure):
    """`special_hairpin_t`."""

    _fields_ = (("nt", c_int32), ("code", c_int32), ("energy", c_int32))


class Energies(NamedTuple):
    """The energy parameters, and the hairpins whose energies are listed one by one."""

    parameters: Parameters
    special: Sequence[SpecialHairpin]


class _Table(NamedTuple):
    """A field of `Parameters`, the section that contains it, and the lengths of the section's axes."""

    field: str
    section: str
    axes: tuple[int, ...]


# The indices to keep of an axis, by its length: not the last of 7 pair types (non-standard), nor the first of 5 bases (any).
_USED = {7: range(6), 6: range(6), 5: range(1, 5), 4: range(4)}
_TABLES = (
    _Table("stack", "stack", (7, 7)),
    _Table("mismatch_hairpin", "mismatch_hairpin", (7, 5, 5)),
    _Table("mismatch_interior", "mismatch_internal", (7, 5, 5)),
    _Table("mismatch_1n", "mismatch_internal_1n", (7, 5, 5)),
    _Table("mismatch_23", "mismatch_internal_23", (7, 5, 5)),
    _Table("interior11", "int11", (7, 7, 5, 5)),
    _Table("interior21", "int21", (7, 7, 5, 5, 5)),
    _Table("interior22", "int22", (6, 6, 4, 4, 4, 4)),
)
# When both bases beside a branch count (dangles 2), ViennaRNA does not let them raise the energy.
_NEVER_POSITIVE = (
    _Table("mismatch_multi", "mismatch_multi", (7, 5, 5)),
    _Table("mismatch_exterior", "mismatch_exterior", (7, 5, 5)),
    _Table("dangle5", "dangle5", (7, 5)),
    _Table("dangle3", "dangle3", (7, 5)),
)
_WORDS = {"DEF": -50, "INF": 10_000_000}


def from_viennarna(sections: Mapping[str, list[str]]) -> Energies:
    """Return the energies at 37 C, given the sections from `viennarna.parameter_sections()`.

    Raises:
        ValueError: a section is missing or has another size, or unpaired bases in a multiloop cost energy.
    """
    parameters = Parameters()
    for table in _TABLES:
        _set(parameters, table.field, _used(sections, table))
    for table in _NEVER_POSITIVE:
        _set(parameters, table.field, [min(0, value) for value in _used(sections, table)])
    _set_loops(parameters, sections)
    return Energies(parameters, _special_hairpins(sections))


def _words(sections: Mapping[str, list[str]], name: str, count: int) -> list[str]:
    words = sections.get(name, [])
    if len(words) != count:
        raise ValueError(f"the section {name} of its parameters has {len(words)} values instead of {count}")
    return words


def _numbers(sections: Mapping[str, list[str]], name: str, count: int) -> list[int]:
    return [_WORDS[word] if word in _WORDS else int(word) for word in _words(sections, name, count)]


def _used(sections: Mapping[str, list[str]], table: _Table) -> list[int]:
    """Return the values of a section for the standard pairs and bases."""
    values = _numbers(sections, table.section, math.prod(table.axes))
    positions = [0]
    for length in table.axes:
        positions = [position * length + index for position in positions for index in _USED[length]]
    return [values[position] for position in positions]


def _set(parameters: Parameters, field: str, values: Sequence[int]) -> None:
    descriptor = getattr(Parameters, field)
    numbers = (c_int32 * len(values))(*values)
    assert ctypes.sizeof(numbers) == descriptor.size, field
    ctypes.memmove(ctypes.addressof(parameters) + descriptor.offset, numbers, descriptor.size)


def _set_loops(parameters: Parameters, sections: Mapping[str, list[str]]) -> None:
    hairpin = _numbers(sections, "hairpin", MAX_LOOP + 1)
    bulge = _numbers(sections, "bulge", MAX_LOOP + 1)
    interior = _numbers(sections, "internal", MAX_LOOP + 1)
    _duplex, _, helix_end, _, growth, _ = _words(sections, "Misc", 6)
    longer = [
        hairpin[MAX_LOOP] + int(float(growth) * math.log(unpaired / MAX_LOOP))
        for unpaired in range(MAX_LOOP + 1, MAX_RNA_NT)
    ]
    # Smaller loops do not exist; ViennaRNA gives them an infinite energy.
    _set(parameters, "hairpin", [0, 0, 0, *hairpin[3:], *longer])
    _set(parameters, "bulge", [0, *bulge[1:]])
    _set(parameters, "interior", [0, 0, *interior[2:]])
    parameters.helix_end = int(helix_end)
    unpaired, _, parameters.multi_closing, _, parameters.multi_branch, _ = _numbers(sections, "ML_params", 6)
    parameters.asymmetry, _, parameters.max_asymmetry = _numbers(sections, "NINIO", 3)
    if unpaired:
        raise ValueError("unpaired bases in a multiloop cost energy")


def _special_hairpins(sections: Mapping[str, list[str]]) -> list[SpecialHairpin]:
    """Return the hairpins of 3, 4 and 6 unpaired bases whose energy is that of the whole loop."""
    special = []
    for name in ("Triloops", "Tetraloops", "Hexaloops"):
        words = sections.get(name, [])
        for bases, energy in zip(words[::3], words[1::3], strict=True):  # the third is an enthalpy
            code = 0
            for base in bases:
                code = 4 * code + BASES.index(base)
            special.append(SpecialHairpin(len(bases), code, int(energy)))
    return special
