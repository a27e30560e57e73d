"""Assemble the CDK app: both stacks of one stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling_infra.crackling_stack import CracklingStack
from crackling_infra.ec2_stack import Ec2Stack
from crackling_infra.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from aws_cdk import App


def add_stacks(app: App, root: Path) -> None:
    """Add both stacks to the app as its context describes them; `root` is the repository.

    The stacks name no account and no region, so they can be synthesised anywhere, without credentials.

    Raises:
        SettingsError: a setting is unusable, or something that other packages build is missing.
    """
    settings = read_settings(app.node.try_get_context, root)
    CracklingStack(app, settings=settings)
    Ec2Stack(app, settings=settings)
