"""Deploy a stage, test it, and roll back a deployment that does not work.

Without --assembly, everything is built and synthesised for the stage first; a workflow passes the assembly that it has built
and shown. The stage `prod` needs `-c access=sign-in` or `-c access=open`, or that setting in cdk.json. Before it deploys, it
asks the account whether the deployment can work, as `preflight` does. CloudFormation itself undoes a deployment that fails;
this command undoes one that succeeds but does not work. Deploying what is already deployed changes nothing.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from crackling_aws import names
from delivery.account.findings import Level, table
from delivery.account.needs import needs_of
from delivery.account.preflight import Preflight
from delivery.commands.arguments import add_stage_and_assembly
from delivery.preview.difference import compare
from delivery.preview.markdown import markdown
from delivery.program import DONE, DeliveryError, say
from delivery.repository import synthesise
from delivery.stacks.assembly import template_of
from delivery.stacks.cloudformation import Stacks
from delivery.stacks.release import Release
from delivery.stacks.smoke_test import check_stage
from delivery.stacks.visitor import visitor

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from delivery.services import Services


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_stage_and_assembly(parser)
    parser.add_argument("--url", help="where to test it; default: the address that the stack gives")
    parser.add_argument(
        "--skip-preflight", action="store_true", help="do not ask the account whether the deployment can work"
    )
    parser.add_argument("--no-smoke-test", action="store_true", help="deploy only")
    parser.add_argument("--destroy", action="store_true", help="remove a disposable stage (dev, pr-...)")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")


def run(options: argparse.Namespace, services: Services) -> int:
    stacks = Stacks(services.aws.cloudformation, services.clock)
    if options.destroy:
        return _destroy(options.stage, stacks, dry_run=options.dry_run)
    assembly = options.assembly or synthesise(**{**dict(options.settings), "stage": options.stage})
    if options.dry_run:
        return _compare(options.stage, stacks, assembly)
    if not options.skip_preflight:
        _preflight(options.stage, assembly, services)

    def smoke_test() -> None:
        if options.no_smoke_test:
            return
        outputs = stacks.outputs(names.service_stack(options.stage))
        check_stage(
            options.url or outputs["PageUrl"],
            services.clock,
            lambda: visitor(services.aws.users, options.stage, outputs),
        )

    Release(options.stage, stacks, services.deployer, smoke_test).run(assembly)
    return DONE


def _preflight(stage: str, assembly: Path, services: Services) -> None:
    """Report what is not right in the account.

    Raises:
        DeliveryError: the deployment would fail.
    """
    findings = Preflight(services.account, needs_of(assembly, stage)).findings()
    worth_telling = [one for one in findings if one.level is not Level.OK]
    if worth_telling:
        say(table(worth_telling).rstrip())
    failures = [one.about for one in findings if one.level is Level.FAILURE]
    if failures:
        raise DeliveryError(
            f"this account cannot have the stage {stage} yet ({', '.join(failures)}; see above); "
            "--skip-preflight deploys nevertheless"
        )


def _compare(stage: str, stacks: Stacks, assembly: Path) -> int:
    stack = names.service_stack(stage)
    before = stacks.template(stack) or {"Resources": {}}
    difference = compare(stack, before, template_of(assembly, stack))
    sys.stdout.write(markdown(difference, "not deployed", None))
    return DONE


def _destroy(stage: str, stacks: Stacks, *, dry_run: bool) -> int:
    if not names.is_disposable(stage):
        raise DeliveryError(f"the stage {stage} is not disposable; to remove it, delete its stacks by hand")
    for stack in (names.builder_stack(stage), names.service_stack(stage)):
        say(f"destroying {stack} ...")
        if not dry_run:
            stacks.destroy(stack)
    return DONE
