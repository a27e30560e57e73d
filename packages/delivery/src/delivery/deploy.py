"""Deploy a stage, try it, and roll back what does not work.

Without --assembly everything is built and synthesised for the stage first; a workflow gives the assembly that it has built and
shown. CloudFormation undoes a deployment that fails by itself; one that succeeds and does not work is undone here. Deploying
what is deployed changes nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import build
from delivery import names
from delivery.aws import FAULTS, Aws, connect
from delivery.preview import text
from delivery.preview.difference import compare
from delivery.program import DONE, DeliveryError, outcome, parser, say
from delivery.releasing import Release
from delivery.smoke import try_stage
from delivery.smoke_test import page_of
from delivery.stacks import CdkCli, Deployer, Stacks, template_of
from delivery.waiting import REAL, Clock

if TYPE_CHECKING:
    import argparse

DISPOSABLE = ("dev", "local", "pr")
"""How the names of stages start whose data may go with them; the stacks' settings say the same."""


def main(
    arguments: list[str] | None = None,
    aws: Aws | None = None,
    deployer: Deployer | None = None,
    clock: Clock = REAL,
) -> int:
    options = _parse(arguments)
    return outcome(
        lambda: _run(options, Stacks((aws or connect()).cloudformation, clock), deployer or CdkCli()),
        build.BuildError,
        *FAULTS,
    )


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    asked = parser(__doc__)
    asked.add_argument("--stage", type=names.stage, required=True)
    asked.add_argument("--assembly", type=Path, help="a synthesised assembly (build/cdk.out)")
    asked.add_argument(
        "-c", dest="settings", type=build.setting, action="append", default=[], metavar="key=value"
    )
    asked.add_argument("--url", help="where to try it, if not at the address that the stack tells")
    asked.add_argument("--no-smoke-test", action="store_true", help="deploy only")
    asked.add_argument("--destroy", action="store_true", help="remove a disposable stage (dev, pr-...)")
    asked.add_argument("--dry-run", action="store_true", help="tell what would change, and change nothing")
    return asked.parse_args(arguments)


def _run(options: argparse.Namespace, stacks: Stacks, deployer: Deployer) -> int:
    if options.destroy:
        return _destroy(options.stage, stacks, dry_run=options.dry_run)
    assembly = options.assembly or _built(options)
    stack = names.service_stack(options.stage)
    if options.dry_run:
        before = stacks.template(stack) or {"Resources": {}}
        difference = compare(stack, before, template_of(assembly, stack))
        sys.stdout.write(text.markdown(difference, "not deployed", None))
        return DONE

    def smoke_test() -> None:
        if not options.no_smoke_test:
            try_stage(options.url or page_of(stacks, options.stage))

    Release(options.stage, stacks, deployer, smoke_test).run(assembly)
    return DONE


def _destroy(stage: str, stacks: Stacks, *, dry_run: bool) -> int:
    if stage.split("-")[0] not in DISPOSABLE:
        raise DeliveryError(f"the stage {stage} is not disposable: delete its stacks by hand, if you must")
    for stack in (names.builder_stack(stage), names.service_stack(stage)):
        say(f"destroying {stack} ...")
        if not dry_run:
            stacks.destroy(stack)
    return DONE


def _built(options: argparse.Namespace) -> Path:
    build.npm(build.INFRA)
    build.build_layers()
    build.build_page()
    build.synthesise(build.ASSEMBLY, {**dict(options.settings), "stage": options.stage})
    return build.ASSEMBLY


if __name__ == "__main__":
    sys.exit(main())
