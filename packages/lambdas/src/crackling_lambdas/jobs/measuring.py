"""Measure a stage's work apart from its overhead."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Measure = Callable[[], AbstractContextManager[None]]
"""Makes what goes around a message's work: the science, and storing what came of it. The rest is overhead."""

unmeasured: Measure = nullcontext
