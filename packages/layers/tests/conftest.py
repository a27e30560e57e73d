"""Hypothesis profiles: examples are the same at each run, and few enough to bound the time."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "tests",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=200,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile(
    "sanitize", settings.get_profile("tests"), max_examples=50
)  # sanitizers slow the kernel
settings.register_profile("long", settings.get_profile("tests"), derandomize=False, max_examples=3000)
settings.load_profile("tests")
