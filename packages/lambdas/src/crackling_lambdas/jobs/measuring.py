"""Measure the work of a stage without its overhead."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Measure = Callable[[], AbstractContextManager[None]]
"""Return a context manager that surrounds the work of a message: the computation, and storing its results."""

unmeasured: Measure = nullcontext
