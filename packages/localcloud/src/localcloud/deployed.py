"""Find what the front door serves among the deployed stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.cloudformation.models import cloudformation_backends

from localcloud.front.distribution import Distribution, parse
from localcloud.gaps.cloudformation.resource import Resource
from localcloud.gaps.resources.cloudfront import Distribution as DistributionResource
from localcloud.gaps.resources.cloudfront import Policy
from localcloud.world import ACCOUNT, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def distributions(world: World) -> list[Distribution]:
    """Return all distributions, in the order of their deployment."""
    resources = list(_resources(world))
    policies = {one.physical_resource_id: one.properties for one in resources if isinstance(one, Policy)}
    found = [one for one in resources if isinstance(one, DistributionResource)]
    return [parse(one.physical_resource_id, one.config, policies) for one in found]


def _resources(world: World) -> Iterator[Resource]:
    for stack in list(cloudformation_backends[ACCOUNT][world.region].stacks.values()):
        models: Iterable[object] = stack.stack_resources
        yield from (model for model in models if isinstance(model, Resource))
