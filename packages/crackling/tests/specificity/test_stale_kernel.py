"""A kernel that is not of this version, as after an update of a working copy: the message says how to get the right one."""

from __future__ import annotations

import pytest

from crackling.errors import CracklingError
from crackling.kernel import load


def test_a_function_that_the_kernel_does_not_have() -> None:
    with pytest.raises(CracklingError, match=r"no function score_in_future.*run .*compile\.py"):
        load({"isa_available": (None, ()), "score_in_future": (None, ())})
