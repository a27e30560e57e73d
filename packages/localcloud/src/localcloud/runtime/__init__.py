"""Lambda's execution environments: a function runs as deployed, in warm child processes of its own."""

from localcloud.runtime.function import Function, Invocation, Outcome
from localcloud.runtime.pool import Runtime, Throttled

__all__ = ["Function", "Invocation", "Outcome", "Runtime", "Throttled"]
