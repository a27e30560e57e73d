"""Changes that must never happen, noted as they happen: a later state may hide them."""

from __future__ import annotations

from typing import Any

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
        if states == ("preparing", "preparing") and before["claim"] != after["claim"]:
            self.faults.append("a genome was claimed while it was being prepared")


def _over(job: dict[str, Any]) -> bool:
    return "failure" in job or ("guides" in job and job["guides"] == job["onTarget"] == job["offTarget"])
