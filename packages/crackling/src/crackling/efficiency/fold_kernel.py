"""Bind the fold kernel (native/fold.h documents its functions). Calls release the interpreter lock."""

from __future__ import annotations

import ctypes
import functools
import threading
from ctypes import POINTER, c_char, c_char_p, c_int16, c_int32, c_size_t, c_uint8, c_uint64, c_void_p
from typing import TYPE_CHECKING

from crackling.efficiency.fold_parameters import Parameters, SpecialHairpin
from crackling.efficiency.structures import Fold
from crackling.guides.sites import GUIDE_NT
from crackling.kernel import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crackling.efficiency.fold_parameters import Energies

NOT_FOLDED = 0x7FFF
ALIGNMENT = 64

_SIGNATURES: dict[str, tuple[type, tuple[type, ...]]] = {
    "fold_tables_bytes": (c_size_t, ()),
    "fold_space_bytes": (c_size_t, ()),
    "fold_prepare": (
        c_int32,
        (c_void_p, POINTER(Parameters), POINTER(SpecialHairpin), c_uint64, c_char_p),
    ),
    "fold_guides": (
        c_uint64,
        (c_void_p, c_void_p, c_char_p, c_uint64, POINTER(c_int16), POINTER(c_char)),
    ),
}


@functools.cache
def _library() -> ctypes.CDLL:
    return load(_SIGNATURES)


class _Memory:
    """Memory for the kernel, aligned as it requires."""

    def __init__(self, size: int) -> None:
        self._bytes = (c_uint8 * (size + ALIGNMENT))()
        self.address = -(-ctypes.addressof(self._bytes) // ALIGNMENT) * ALIGNMENT


class _Space(threading.local):
    """The working memory of a thread. It is reused, because new memory costs as much time as several folds."""

    @functools.cached_property
    def memory(self) -> _Memory:
        return _Memory(_library().fold_space_bytes())


_space = _Space()


class ScaffoldTables:
    """A scaffold, prepared for folding guides on it. Several threads can fold at the same time."""

    def __init__(self, energies: Energies, scaffold: str) -> None:
        """Prepare the tables of a scaffold, which takes a few milliseconds.

        Raises:
            ValueError: the kernel does not support this scaffold or these energies.
        """
        special = (SpecialHairpin * len(energies.special))(*energies.special)
        self._nt = GUIDE_NT + len(scaffold)
        self._tables = _Memory(_library().fold_tables_bytes())
        if not _library().fold_prepare(
            self._tables.address, energies.parameters, special, len(special), scaffold.encode()
        ):
            raise ValueError("the kernel does not support this scaffold or these energies")

    def fold(self, guides: Sequence[str]) -> list[Fold | None]:
        """Fold guides of 20 nt and return None for those that the kernel cannot fold.

        Folding is fastest when guides that end with the same bases are neighbours.
        """
        energies = (c_int16 * len(guides))()
        structures = ctypes.create_string_buffer(len(guides) * self._nt)
        letters = "".join(guides).encode("ascii")
        assert len(letters) == GUIDE_NT * len(guides)
        _library().fold_guides(
            self._tables.address, _space.memory.address, letters, len(guides), energies, structures
        )
        text = structures.raw.decode("ascii")
        return [
            None if energy == NOT_FOLDED else Fold(text[start : start + self._nt], energy / 100)
            for energy, start in zip(energies, range(0, len(text), self._nt), strict=True)
        ]
