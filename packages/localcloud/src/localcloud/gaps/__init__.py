"""Patch everything that moto 5.2.5 lacks, with one small module per family of gaps. Each gap has a test named after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud import launches
from localcloud.gaps import (
    functions,
    machines,
    mail,
    middleware,
    object_bodies,
    s3_browser,
    transactions,
    user_pools,
)
from localcloud.gaps.cloudformation import stacks
from localcloud.gaps.resources import (  # noqa: F401 - types register themselves  # noqa: F401 - so do these
    apigateway,
    cloudfront,
    cognito,
    custom,
    events,
    messaging,
    monitoring,
    storage,
)
from localcloud.gaps.resources import functions as function_resources  # noqa: F401 - types register themselves
from localcloud.iam import recorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.server import Middleware

MIDDLEWARE: tuple[Middleware, ...] = (
    middleware.dynamodb_one_at_a_time,
    middleware.s3_bodies_as_they_are,
    object_bodies.in_files,
    s3_browser.presigned,
    s3_browser.cors,
    middleware.custom_resource_answers,
    middleware.no_trail,
    mail.confirmations,
    user_pools.public_keys,
)

PATCHES: tuple[Callable[[], None], ...] = (
    stacks.install,
    functions.run_functions,
    functions.no_delivery_by_moto,
    object_bodies.install,
    transactions.install,
    cloudfront.invalidations_complete,
    recorder.install,
    launches.install,
    machines.install,
    mail.install,
    user_pools.install,
)

_installed: list[bool] = []


def install() -> None:
    """Patch moto in this process, once."""
    if not _installed:
        _installed.append(True)
        for patch in PATCHES:
            patch()
