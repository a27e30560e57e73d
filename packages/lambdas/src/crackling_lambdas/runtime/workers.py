"""Assemble what launches and terminates workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling_aws.ec2_workers import LaunchSettings, Workers
from crackling_aws.parameters import Parameters

if TYPE_CHECKING:
    from crackling_aws.clients import Clients
    from crackling_lambdas.runtime.settings import WorkerSettings


def make_workers(settings: WorkerSettings, clients: Clients) -> Workers:
    launch = LaunchSettings.parse(
        stage=settings.stage,
        image_parameter=settings.worker_image_parameter,
        launch_template=settings.worker_launch_template,
        types=settings.worker_types,
        at_once=settings.workers_at_once,
    )
    return Workers(client=clients.ec2, parameters=Parameters(clients.ssm), settings=launch)
