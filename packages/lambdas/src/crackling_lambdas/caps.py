"""Cap what clients can use in a day, before any work starts, so that nobody can run up the deployment's cost."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crackling_lambdas.errors import LimitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    """Hold what may be used in a day (UTC) by one client, and by all together; 0 is without limit."""

    client: int
    everybody: int


@dataclass(frozen=True, kw_only=True)
class Caps:
    """Count what is used. Nothing is given back: a job that fails or is deleted has cost what it has cost."""

    usage: UsageStore
    caps: Mapping[Resource, Cap]
    clock: Callable[[], float]

    def take(self, client: str, resource: Resource, amount: int = 1) -> None:
        """Count what a request will use.

        The client comes first, so that requests beyond its own cap use up nothing of everybody's.

        Raises:
            LimitError: the client or all together have used their day's; the message says until when.
        """
        cap = self.caps[resource]
        now = self.clock()
        day = int(now // DAY_SECONDS)
        left = (day + 1) * DAY_SECONDS - int(now)
        for who, limit in ((client, cap.client), (EVERYBODY, cap.everybody)):
            name = f"{time.strftime('%Y-%m-%d', time.gmtime(now))}#{resource}#{who}"
            if limit and not self.usage.take(name, amount, limit, (day + 2) * DAY_SECONDS):
                raise LimitError(_refusal(resource, limit, who, left), left)


def _refusal(resource: Resource, limit: int, who: str, left: int) -> str:
    scope = "for all users together" if who == EVERYBODY else "for each user"
    prepares = resource in (Resource.PREPARATIONS, Resource.UPLOADS)
    remedy = "use a genome that is ready, or try again" if prepares else "try again"
    return (
        f"This exceeds the daily limit for {MEANING[resource]}: {limit:,} {scope}; {remedy} after midnight UTC "
        f"(in {left // 3600} h {left % 3600 // 60} min), or ask whoever runs the service to raise it"
    )
