"""Create log groups whose entries expire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs

from crackling_infra.settings import RETENTION

if TYPE_CHECKING:
    from constructs import Construct

    from crackling_infra.settings import Settings


def log_group_of(scope: Construct, construct_id: str, settings: Settings) -> logs.LogGroup:
    """Return a log group for `construct_id` whose entries expire; those that Lambda creates keep entries for ever."""
    return logs.LogGroup(
        scope,
        f"{construct_id}Logs",
        retention=RETENTION[settings.log_retention_days],
        removal_policy=RemovalPolicy.DESTROY if settings.disposable else RemovalPolicy.RETAIN,
    )
