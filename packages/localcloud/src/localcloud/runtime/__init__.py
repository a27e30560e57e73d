"""Run functions as deployed, in warm child processes of their own, as Lambda's execution environments do."""

from localcloud.runtime.function import Function, Invocation, Outcome
from localcloud.runtime.pool import Runtime, Throttled

__all__ = ["Function", "Invocation", "Outcome", "Runtime", "Throttled"]
