"""Cap what clients can use in a day, before any work starts, so that nobody can run up the deployment's cost."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

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


MEANING = {
    Resource.JOBS: "jobs",
    Resource.BASES: "bases in queries",
    Resource.UPLOADS: "announced uploads",
    Resource.PREPARATIONS: "preparations of genomes",
}


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
    def taking(self, client: str, amounts: Mapping[Resource, int]) -> Iterator[None]:
        """Count what a request will use before its work starts; if the request is refused in the end, take that back.

        Raises:
            LimitError: the client or all together have used their day's; the message says until when.
        """
        taken: list[tuple[str, int]] = []
        try:
            self._take(client, amounts, taken)
            yield
        except RefusedError:  # after any other error the work may have begun
            for counter, amount in taken:
                self.usage.give_back(counter, amount)
            raise

    def _take(self, client: str, amounts: Mapping[Resource, int], taken: list[tuple[str, int]]) -> None:
        """Count for the client first, so that requests beyond its own caps never use up those of everybody."""
        now = self.clock()
        day = int(now // DAY_SECONDS)
        left = (day + 1) * DAY_SECONDS - int(now)
        for who in (client, EVERYBODY):
            for resource, amount in amounts.items():
                cap = self.caps[resource]
                limit = cap.everybody if who == EVERYBODY else cap.client
                if not limit or not amount:
                    continue
                counter = f"{time.strftime('%Y-%m-%d', time.gmtime(now))}#{resource}#{who}"
                if not self.usage.take(counter, amount, limit, (day + 2) * DAY_SECONDS):
                    raise LimitError(_refusal(resource, limit, who, left), left)
                taken.append((counter, amount))


def _refusal(resource: Resource, limit: int, who: str, left: int) -> str:
    scope = "for all users together" if who == EVERYBODY else "for each user"
    prepares = resource in (Resource.PREPARATIONS, Resource.UPLOADS)
    remedy = "use a genome that is ready, or try again" if prepares else "try again"
    return (
        f"This exceeds the daily limit for {MEANING[resource]}: {limit:,} {scope}; {remedy} after midnight UTC "
        f"(in {left // 3600} h {left % 3600 // 60} min), or ask whoever runs the service to raise it"
    )
