"""Decide the gate of ci, the one check that a branch has to require."""

from __future__ import annotations

GOOD = frozenset({"success", "skipped"})
ALWAYS = "changes"
"""The job that tells what a change affects: if it was skipped, so was everything else."""


def failures(needs: dict[str, dict[str, str]]) -> list[str]:
    """Return why the change may not be merged, a line a job; empty if it may.

    Args:
        needs: job -> its `result`, as the workflow's context `needs` has them.
    """
    wrong = [f"{job}: {told['result']}" for job, told in sorted(needs.items()) if told["result"] not in GOOD]
    if needs.get(ALWAYS, {}).get("result") == "skipped":
        wrong.append(f"{ALWAYS}: skipped")
    return wrong or ([] if needs else ["no job ran before"])
