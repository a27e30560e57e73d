"""Changes that must never happen, noted as they happen: a later state may hide them."""

from __future__ import annotations

from typing import Any

from crackling_lambdas.handlers.queues import PAUSES

WORKER_PATIENCE = 600
Item = dict[str, Any] | None


class History:
    """What was wrong with the writes so far."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def job_written(self, before: Item, after: Item) -> None:
        if before is not None and before != after and _over(before):
            self.faults.append(f"a job that was over changed: {before} -> {after}")

    def genome_written(self, before: Item, after: Item) -> None:
        if before is None or after is None or before["item"] != {"S": "genome"}:
            return
        states = before["state"]["S"], after["state"]["S"]
        if states[0] == "ready" and before != after:
            self.faults.append(f"a genome that was ready became {states[1]}")
        if states == ("preparing", "preparing"):
            if before["claim"] != after["claim"]:
                self._claimed(before, after)
            elif before.get("place", after.get("place")) != after.get("place"):
                self.faults.append("a preparation moved to another place")

    def gave_back(self, waits: list[float]) -> None:
        """Messages that failed, while nothing else did, come again sooner than those whose function died."""
        if any(wait > max(PAUSES) for wait in waits):
            self.faults.append("a failed message waits too long")

    def _claimed(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Only a worker's preparation is handed over, once, and only if it stands still."""
        still = float(after["updated"]["N"]) - float(before["updated"]["N"])
        worker = before.get("place") == {"S": "worker"}
        if not (worker and still > WORKER_PATIENCE and "attempts" not in before):
            self.faults.append("a genome was claimed while it was being prepared")


def _over(job: dict[str, Any]) -> bool:
    return "failure" in job or ("guides" in job and job["guides"] == job["onTarget"] == job["offTarget"])
