"""Load the native kernel, a shared library that is compiled from native/. Each of its two parts is bound where it is used."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import TYPE_CHECKING

from crackling.errors import CracklingError

if TYPE_CHECKING:
    from collections.abc import Mapping

LIBRARY_VARIABLE = "CRACKLING_KERNEL"


def load(signatures: Mapping[str, tuple[type | None, tuple[type, ...]]]) -> ctypes.CDLL:
    """Load the library and declare some of its functions.

    The variable CRACKLING_KERNEL names another file than the installed one (sanitizers do).

    Args:
        signatures: the type of the result and of each argument, by the function's name.

    Raises:
        CracklingError: the library is not there, does not load or was compiled from other sources.
    """
    path = os.environ.get(LIBRARY_VARIABLE) or str(Path(__file__).with_name("_kernel.so"))
    try:
        loaded = ctypes.CDLL(path)
    except OSError as error:
        raise CracklingError(
            f"{path}: the kernel does not load ({error}); install the package again"
        ) from None
    for name, (result, arguments) in signatures.items():
        function = getattr(loaded, name, None)
        if function is None:
            raise CracklingError(
                f"{path}: the kernel has no function {name}, because it was compiled from other sources; install the package "
                "again, or in a working copy run packages/crackling/native/compile.py"
            )
        function.restype, function.argtypes = result, arguments
    return loaded
