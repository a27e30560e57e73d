"""Find out who sends a request, and refuse requests for what belongs to others.

API Gateway has verified the token before the function is invoked. Without an authorizer nobody is signed in: then nothing
has an owner, and everybody may do everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from crackling_aws.models import owners
from crackling_lambdas.errors import ForbiddenError
from crackling_lambdas.genomes.library import unknown_genome
from crackling_lambdas.jobs.results import unknown_job

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

    from crackling_aws.models.owners import Owned
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.jobs import JobStore

ADMINS = "admin"  # the group of the user pool whose members may delete what belongs to others


@dataclass(frozen=True, slots=True)
class Caller:
    """Hold the id of the user who is signed in, None if nobody is, and whether it is an administrator."""

    user: str | None
    is_admin: bool

    @classmethod
    def of(cls, event: APIGatewayProxyEvent) -> Self:
        """Return who sent a request. The id is the pool's `sub`, which says nothing about the person."""
        authorizer: dict[str, Any] = event["requestContext"].get("authorizer") or {}
        claims: dict[str, str] = authorizer.get("claims") or {}
        # A REST API passes every claim as text: the groups are separated by commas.
        groups = claims.get("cognito:groups", "").split(",")
        return cls(user=claims.get("sub"), is_admin=ADMINS in groups)

    def owns(self, item: Owned) -> bool:
        """Return whether an item belongs to the caller, who is signed in."""
        return self.user is not None and item.owner == self.user

    def may_read(self, item: Owned) -> bool:
        """Return whether the caller may read an item: its own, one that is shared, or one that is common to all."""
        return owners.may_read(self.user, item)

    def may_change(self, item: Owned) -> bool:
        return self.is_admin or item.owner in (None, self.user)

    def may_delete(self, item: Owned) -> bool:
        """Return whether the caller may delete an item. Only administrators delete items that are common to all."""
        return self.is_admin or item.owner == self.user

    def may(self, method: str, item: Owned) -> bool:
        """Return whether the caller may send a request of this method for an item."""
        if method == "GET":
            return self.may_read(item)
        return self.may_delete(item) if method == "DELETE" else self.may_change(item)


def check_owners(app: APIGatewayRestResolver, jobs: JobStore, genomes: GenomeStore) -> None:
    """Check every request that names a job or a genome before its route sees it, so that no route can forget to."""

    def check(app: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
        caller, method = Caller.of(app.current_event), app.current_event.http_method
        named: dict[str, Any] = app.context.get("_route_args", {})
        if "job_id" in named:
            _check_job(caller, method, jobs, named["job_id"])
        if "genome" in named:
            _check_genome(caller, method, genomes, named["genome"])
        return next_middleware(app)

    app.use([check])


def _check_job(caller: Caller, method: str, jobs: JobStore, job_id: str) -> None:
    """Refuse what the caller may not do with a job, without revealing another user's private job."""
    job = jobs.get(job_id) or jobs.remains(job_id)
    if job is None or caller.may(method, job):
        return
    if not caller.may_read(job):
        raise unknown_job(job_id)
    whose = "has no owner" if job.owner is None else "belongs to another user"
    raise ForbiddenError(f"The job {job_id} {whose}; ask {_whom(job)}")


def _check_genome(caller: Caller, method: str, genomes: GenomeStore, genome_id: str) -> None:
    """Refuse what the caller may not do with a genome; another user's private genome counts as unknown."""
    genome = genomes.get(genome_id)
    if genome is None or caller.may(method, genome):
        return
    if not caller.may_read(genome):
        raise unknown_genome(genome_id)
    whose = "is common to all users" if genome.owner is None else "belongs to another user"
    raise ForbiddenError(f"The genome {genome_id} {whose}; ask {_whom(genome)}")


def _whom(item: Owned) -> str:
    return "an administrator" if item.owner is None else "its owner or an administrator"
