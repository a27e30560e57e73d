"""Bind the off-target kernel (native/kernel.h says what each function does). Calls release the interpreter's lock."""

from __future__ import annotations

import ctypes
import functools
import os
from ctypes import (
    POINTER,
    c_char_p,
    c_double,
    c_int32,
    c_int64,
    c_uint8,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)

from crackling.errors import InputError
from crackling.guides.sites import GUIDE_NT
from crackling.kernel import load

PARTITIONS = 4**6
MAX_MISMATCHES = 6
OCCURRENCE_BYTES = 5
REVERSE_STRAND, PAM_IS_NGG, PAM_BASE_SHIFT = 1, 2, 2
SCORE_UNIT = 2.0**-24
ISAS = {"scalar": 0, "avx2": 1, "avx512": 2, "neon": 3}
ISA_VARIABLE = "CRACKLING_ISA"


class Overflow(ctypes.Structure):
    _fields_ = (("site", c_uint64), ("ngg", c_uint32), ("nag", c_uint32))


class Lists(ctypes.Structure):
    """`index_t`: an index as it lies in memory."""

    _fields_ = (
        ("prefix_nt", c_uint32),
        ("suffix_nt", c_uint32),
        ("distinct", c_uint64),
        ("prefix_directory", POINTER(c_uint32)),
        ("prefix_entries", POINTER(c_uint32)),
        ("suffix_directory", POINTER(c_uint32)),
        ("suffix_entries", POINTER(c_uint32)),
        ("overflows", c_uint64),
        ("overflow", POINTER(Overflow)),
        ("occurrence_directory", POINTER(c_uint32)),
    )


class Weights(ctypes.Structure):
    _fields_ = (
        ("mit_kept", c_double * (GUIDE_NT + 1)),
        ("mit_spread", c_double * GUIDE_NT * (MAX_MISMATCHES + 1)),
        ("cfd", c_double * 4 * 4 * (GUIDE_NT + 1)),
        ("cfd_ngg", c_double),
        ("cfd_nag", c_double),
    )


class Group(ctypes.Structure):
    _fields_ = (("change", c_uint32), ("mismatches", c_uint16), ("buckets", c_uint16))


class Search(ctypes.Structure):
    _fields_ = (
        ("mismatches", c_int32),
        ("prefix_radius", c_int32),
        ("prefix_groups", POINTER(Group)),
        ("suffix_groups", POINTER(Group)),
        ("prefix_group_count", c_uint64),
        ("suffix_group_count", c_uint64),
        ("isa", c_int32),
    )


class Totals(ctypes.Structure):
    _fields_ = (("mit", c_uint64), ("cfd", c_uint64), ("occurrences", c_uint64 * (MAX_MISMATCHES + 1)))


class Hit(ctypes.Structure):
    _fields_ = (
        ("site", c_uint64),
        ("first_occurrence", c_uint64),
        ("ngg", c_uint32),
        ("nag", c_uint32),
        ("mismatches", c_uint32),
        ("reserved", c_uint32),
        ("mit", c_double),
        ("cfd", c_double),
    )


_U32, _U64, _U8 = POINTER(c_uint32), POINTER(c_uint64), POINTER(c_uint8)
_SIGNATURES: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "pack": (c_int64, (c_char_p, c_uint64, _U8)),
    "count_sites": (None, (_U8, c_uint64, c_uint64, c_uint64, c_int32, _U64)),
    "scatter_sites": (None, (_U8, c_uint64, c_uint64, c_uint64, c_int32, c_uint32, c_uint32, _U64, _U64)),
    "list_partitions": (
        c_uint64,
        (
            _U64,
            _U64,
            c_uint32,
            c_uint32,
            _U64,
            c_uint32,
            c_uint32,
            _U32,
            _U8,
            _U32,
            _U32,
            POINTER(Overflow),
            _U64,
        ),
    ),
    "cumulate": (None, (_U32, c_uint64)),
    "count_suffixes": (None, (POINTER(Lists), c_uint64, c_uint64, _U32)),
    "place_suffixes": (None, (_U32, c_uint64, c_uint64, _U32)),
    "scatter_suffixes": (None, (POINTER(Lists), c_uint64, c_uint64, _U32, _U32)),
    "sound": (c_int32, (POINTER(Lists),)),
    "isa_available": (c_int32, (c_int32,)),
    "read_guides": (c_uint64, (c_char_p, c_uint64, _U64)),
    "list_groups": (c_uint64, (c_uint32, c_int32, POINTER(Group))),
    "score": (
        None,
        (POINTER(Lists), POINTER(Weights), POINTER(Search), c_int32, _U64, c_uint64, POINTER(Totals)),
    ),
    "find": (c_uint64, (POINTER(Lists), POINTER(Weights), POINTER(Search), c_uint64, POINTER(Hit), c_uint64)),
    "mit_table_bytes": (c_uint64, (c_int32,)),
    "make_mit_table": (None, (POINTER(Weights), c_int32, c_void_p)),
    "distinct_guides_bytes": (c_uint64, (c_uint64,)),
    "distinct_guides": (c_uint64, (_U64, c_uint64, c_void_p, _U64, _U64)),
    "score_bulk_bytes": (c_uint64, (POINTER(Lists), POINTER(Search), c_uint64)),
    "score_bulk": (
        None,
        (
            POINTER(Lists),
            POINTER(Weights),
            c_void_p,
            POINTER(Search),
            c_int32,
            _U64,
            c_uint64,
            c_void_p,
            POINTER(Totals),
        ),
    ),
}


@functools.cache
def library() -> ctypes.CDLL:
    """Return the compiled kernel with the functions above.

    Raises:
        CracklingError: it is not there or does not load.
    """
    return load(_SIGNATURES)


def available_isas() -> list[str]:
    """Return the instruction sets that this machine can run, slowest first."""
    return [name for name, number in ISAS.items() if library().isa_available(number)]


def chosen_isa() -> int:
    """Return the fastest instruction set, or the one that the variable CRACKLING_ISA forces.

    Raises:
        InputError: the forced one is unknown or not available.
    """
    forced = os.environ.get(ISA_VARIABLE)
    available = available_isas()
    if forced and forced not in available:
        raise InputError(f"{ISA_VARIABLE}={forced}: not available here; choose from {', '.join(available)}")
    return ISAS[forced or available[-1]]
