"""Record changes that must never happen as they happen, because a later state may hide them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakes.sns import Email

HEARTBEAT_TIMEOUT_SECONDS = 600
Item = dict[str, Any] | None


class History:
    """Record what was wrong with the writes so far."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def job_written(self, before: Item, after: Item) -> None:
        """Check that a finished job is marked as notified at most once and changes no further."""
        if before is None or before == after or not _over(before):
            return
        mark = {name: after[name] for name in ("notified",) if after and name in after}
        if after != {**mark, **before} or "notified" in before:
            self.faults.append(f"a job that was over changed: {before} -> {after}")

    def emailed(self, email: Email, job: dict[str, Any]) -> None:
        """An email that comes again is one whose mark was lost."""
        if not _over(job) or "notified" in job:
            self.faults.append(f"emailed too early or once more: {job}")
        if ("failure" in job) is not email.subject.startswith("Your job failed"):
            self.faults.append(f"emailed what is not true: {email}")

    def genome_written(self, before: Item, after: Item) -> None:
        if before is None or after is None or before["item"] != {"S": "genome"}:
            return
        states = before["state"]["S"], after["state"]["S"]
        if states[0] == "ready" and _without_bowtie2(before) != _without_bowtie2(after):
            self.faults.append(f"a genome that was ready changed: {before} -> {after}")
        if states == ("preparing", "preparing"):
            if before["claim"] != after["claim"]:
                self._claimed(before, after)
            elif before.get("venue", after.get("venue")) != after.get("venue"):
                self.faults.append("a preparation moved to another venue")

    def _claimed(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Only a worker's preparation is handed over, once, and only if it stands still."""
        still = float(after["updated"]["N"]) - float(before["updated"]["N"])
        worker = before.get("venue") == {"S": "worker"}
        if not (worker and still > HEARTBEAT_TIMEOUT_SECONDS and "attempts" not in before):
            self.faults.append("a genome was claimed while it was being prepared")


def _without_bowtie2(genome: dict[str, Any]) -> dict[str, Any]:
    """Return a genome's item without what changes when somebody asks for that index."""
    return {name: value for name, value in genome.items() if not name.startswith("bowtie2")}


def _over(job: dict[str, Any]) -> bool:
    return "failure" in job or (
        "guides" in job and job["guides"] == job["consensusDone"] == job["offTargetDone"]
    )
