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
        """Check that a finished job is marked as notified at most once and changes no further, unless it is deleted."""
        if before is None or before == after:
            return
        if "deleted" in before:
            if after is not None:
                self.faults.append(f"a job that was deleted changed: {before} -> {after}")
            return
        if after is None:
            self.faults.append(f"a job vanished without a mark: {before}")
            return
        if not _over(before) or "deleted" in after:
            return
        mark = {name: after[name] for name in ("notified",) if name in after}
        if after != {**mark, **before} or "notified" in before:
            self.faults.append(f"a job that was over changed: {before} -> {after}")

    def emailed(self, email: Email, job: dict[str, Any]) -> None:
        """An email that comes again is one whose mark was lost. A job may be deleted just before its email is sent."""
        if "deleted" in job:
            return
        if not _over(job) or "notified" in job:
            self.faults.append(f"emailed too early or once more: {job}")
        if ("failure" in job) is not email.subject.startswith("Your job failed"):
            self.faults.append(f"emailed what is not true: {email}")

    def genome_written(self, before: Item, after: Item) -> None:
        if before is None or after is None or before["item"] != {"S": "genome"}:
            return
        states = before["state"]["S"], after["state"]["S"]
        if "damaged" in before and states == ("ready", "preparing"):
            self.faults.append("an index was built anew twice")
        damaged = states[0] == "ready" and states[1] != "ready" and "damaged" in after
        if states[0] == "ready" and not damaged and _made(before) != _made(after):
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


def _made(genome: dict[str, Any]) -> dict[str, Any]:
    """Return what the preparation made of a genome: without what changes when somebody uses it or asks for bowtie2's index."""
    return {
        name: value
        for name, value in genome.items()
        if not name.startswith("bowtie2") and name != "usedUntil"
    }


def _over(job: dict[str, Any]) -> bool:
    return "failure" in job or (
        "guides" in job and job["guides"] == job["consensusDone"] == job["offTargetDone"]
    )
