"""Cap what clients can use in a day, before any work starts, so that nobody can run up the deployment's cost."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crackling.errors import CracklingError
from crackling_lambdas.errors import LimitError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from crackling_aws.stores.usage import UsageStore

DAY_SECONDS = 86_400
EVERYBODY = "everybody"


class Resource(StrEnum):
    """Name what is counted, in the words of messages."""

    JOBS = "jobs"
    BASES = "bases"
    UPLOADS = "uploads"
    PREPARATIONS = "preparations"
    DOWNLOADS = "downloads"
    WORKER_HOURS = "worker-hours"


MEANING = {
    Resource.JOBS: "jobs",
    Resource.BASES: "bases in queries",
    Resource.UPLOADS: "announced uploads",
    Resource.PREPARATIONS: "preparations of genomes",
    Resource.DOWNLOADS: "bytes of downloads",
    Resource.WORKER_HOURS: "hours of machines for large genomes",
}
_OF_GENOMES = frozenset({Resource.UPLOADS, Resource.PREPARATIONS, Resource.WORKER_HOURS})


@dataclass(frozen=True)
class Cap:
    """Hold what one client, and all together, may use in a day (UTC); 0 means no limit."""

    client: int
    everybody: int


@dataclass(frozen=True, kw_only=True)
class Caps:
    """Count what is used. A job that fails or is deleted is counted all the same, because it has caused costs."""

    usage: UsageStore
    caps: Mapping[Resource, Cap]
    clock: Callable[[], float]

    @contextmanager
    def taking(self, client: str | None, amounts: Mapping[Resource, int]) -> Iterator[None]:
        """Count what a request will use before its work starts; if the request is refused in the end, take that back.

        `client` is None for what the service itself decides: all together use it.

        Raises:
            LimitError: the client or all together have used their day's; the message says until when.
        """
        taken: list[tuple[str, int]] = []
        try:
            self._take(client, amounts, taken)
            yield
        except (RefusedError, CracklingError):  # after any other error the work may have begun
            for counter, amount in taken:
                self.usage.give_back(counter, amount)
            raise

    def take(self, client: str, resource: Resource, amount: int) -> None:
        """Count what nothing will refuse once it is counted.

        Raises:
            LimitError: see taking().
        """
        with self.taking(client, {resource: amount}):
            pass

    def _take(
        self, client: str | None, amounts: Mapping[Resource, int], taken: list[tuple[str, int]]
    ) -> None:
        """Count for the client first, so that requests beyond its own caps never use up those of everybody."""
        now = self.clock()
        day = int(now // DAY_SECONDS)
        tomorrow = (day + 1) * DAY_SECONDS
        for who in filter(None, (client, EVERYBODY)):
            for resource, amount in amounts.items():
                cap = self.caps[resource]
                limit = cap.everybody if who == EVERYBODY else cap.client
                if not limit or not amount:
                    continue
                counter = f"{_date(now)}#{resource}#{who}"
                if not self.usage.take(counter, amount, limit, tomorrow + DAY_SECONDS):
                    raise LimitError(_refusal(resource, limit, who, tomorrow), tomorrow - int(now))
                taken.append((counter, amount))


def _refusal(resource: Resource, limit: int, who: str, tomorrow: int) -> str:
    scope = "for all users together" if who == EVERYBODY else "for each user"
    remedy = "use a genome that is ready, or try again" if resource in _OF_GENOMES else "try again"
    return (
        f"This exceeds the daily limit for {MEANING[resource]}: {limit:,} {scope}; {remedy} on {_date(tomorrow)} (UTC), "
        "or ask whoever runs the service to raise it"
    )


def _date(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
