"""Telling a stage's work from its overhead."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Measure = Callable[[], AbstractContextManager[None]]
"""Makes what goes around the science of a message; the rest of the message's time is overhead."""

unmeasured: Measure = nullcontext
