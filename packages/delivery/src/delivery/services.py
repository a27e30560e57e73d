"""Hold what the subcommands act on: AWS, the CDK, GitHub, and the clock."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from delivery.account.clients import connect_account
from delivery.aws import connect
from delivery.github import GitHub
from delivery.stacks.cdk import CdkCli
from delivery.waiting import SYSTEM_CLOCK

if TYPE_CHECKING:
    from delivery.account.clients import AccountClients
    from delivery.aws import Aws
    from delivery.stacks.cdk import Deployer
    from delivery.waiting import Clock


class Services:
    """The real services by default, each created when it is first used; tests pass their own."""

    def __init__(
        self,
        *,
        aws: Aws | None = None,
        account: AccountClients | None = None,
        deployer: Deployer | None = None,
        github: GitHub | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._aws = aws
        self._account = account
        self._github = github
        self.deployer: Deployer = deployer or CdkCli()
        self.clock = clock

    @cached_property
    def aws(self) -> Aws:
        return self._aws or connect()

    @cached_property
    def account(self) -> AccountClients:
        return self._account or connect_account(self.aws)

    @cached_property
    def github(self) -> GitHub:
        return self._github or GitHub.from_environment()

    def repository(self, name: str) -> GitHub:
        """Return a repository of GitHub by its name, with the token of the environment if there is one."""
        return self._github or GitHub(name, os.environ.get("GITHUB_TOKEN", ""), clock=self.clock)
