"""Describe an event source mapping, as far as a poller needs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localcloud.pump.filters import matches
from localcloud.runtime import Outcome

if TYPE_CHECKING:
    from localcloud.world import Properties

Invoke = Callable[[str, bytes], Outcome]
"""Runs a function (name or ARN) with an event; raises Throttled."""


@dataclass(frozen=True)
class Mapping:
    """The settings of a mapping. `retries` (attempts) and `max_age` (seconds) are None if unlimited."""

    uuid: str
    source: str
    function: str
    enabled: bool
    batch_size: int
    window: float
    concurrency: int | None
    reports_failures: bool
    filters: tuple[Any, ...]
    from_start: bool
    bisect: bool
    retries: int | None
    max_age: int | None
    on_failure: str | None

    @classmethod
    def of(cls, given: Properties) -> Mapping:
        """Create a mapping from the description that Lambda's API returns."""
        patterns = given.get("FilterCriteria", {}).get("Filters", [])
        return cls(
            uuid=given["UUID"],
            source=given["EventSourceArn"],
            function=given["FunctionArn"],
            enabled=given["State"] == "Enabled",
            batch_size=int(given["BatchSize"]),
            window=float(given.get("MaximumBatchingWindowInSeconds") or 0),
            concurrency=given.get("ScalingConfig", {}).get("MaximumConcurrency"),
            reports_failures="ReportBatchItemFailures" in given.get("FunctionResponseTypes", []),
            filters=tuple(json.loads(pattern["Pattern"]) for pattern in patterns),
            from_start=given.get("StartingPosition") == "TRIM_HORIZON",
            bisect=bool(given.get("BisectBatchOnFunctionError")),
            retries=_limit(given.get("MaximumRetryAttempts")),
            max_age=_limit(given.get("MaximumRecordAgeInSeconds")),
            on_failure=given.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
        )

    def wants(self, record: Any) -> bool:  # noqa: ANN401
        """Return whether a record passes at least one of the filters."""
        return not self.filters or any(matches(pattern, record) for pattern in self.filters)

    def failed(self, outcome: Outcome, identifiers: list[str]) -> list[str]:
        """Return the failed records of a batch by Lambda's rules: an unknown identifier fails the whole batch."""
        if outcome.failed:
            return identifiers
        answer = json.loads(outcome.payload)
        if not self.reports_failures or not answer:
            return []
        try:
            reported = {item["itemIdentifier"] for item in answer["batchItemFailures"] or []}
        except (KeyError, TypeError):
            return identifiers
        return identifiers if reported - set(identifiers) else [i for i in identifiers if i in reported]


def _limit(value: int | None) -> int | None:
    return None if value is None or value < 0 else int(value)
