"""Check both stacks' templates by cfn-lint, cdk-nag and rules of our own: `python -m crackling_infra.check_templates`.

Two deployments are checked, a development stage with the defaults and a production stage with every option on, in every
supported region. Where a region has no budgets, the production stage is checked without one.
Nothing needs to be built first. Prints each finding; the exit code is 1 if there are any.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cdk_nag import AwsSolutionsChecks, ServerlessChecks
from cfnlint.api import lint_file  # type: ignore[import-untyped]
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]

from crackling_infra import template_rules
from crackling_infra.regions import SUPPORTED, WITHOUT_BUDGETS
from crackling_infra.stand_ins import DEVELOPMENT, PRODUCTION, make_app

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from aws_cdk import App

# The CDK writes a DependsOn even where a reference already implies it.
IGNORED: Final = ("W3005",)


_NO_BUDGET: Final = PRODUCTION | {"budgetAmount": "0"}
# Context -> the regions in which its templates must be right.
DEPLOYMENTS: Final[tuple[tuple[Mapping[str, str], Collection[str]], ...]] = (
    (DEVELOPMENT, SUPPORTED),
    (PRODUCTION, frozenset(SUPPORTED) - WITHOUT_BUDGETS),
)
WITHOUT_BUDGET: Final[tuple[Mapping[str, str], Collection[str]]] = (_NO_BUDGET, WITHOUT_BUDGETS)


def findings(app: App, regions: Collection[str]) -> Iterator[str]:
    """Yield each problem in the app's templates as one line. Violations of the CDK's own rules raise an error instead."""
    yield from nag(app)
    for stack in app.synth().stacks:
        yield from (f"{stack.stack_name}: {one}" for one in template_rules.findings(stack.template))
    yield from lint_all(app, regions)


def lint_all(app: App, regions: Collection[str]) -> Iterator[str]:
    """Yield what cfn-lint finds in the app's templates."""
    for stack in app.synth().stacks:
        yield from lint(Path(stack.template_full_path), regions)


def lint(template: Path, regions: Collection[str]) -> Iterator[str]:
    """Yield the errors and warnings that cfn-lint finds for these regions."""
    arguments = ManualArgs(ignore_checks=list(IGNORED), regions=sorted(regions))
    for match in lint_file(template, config=arguments):
        yield f"{template.name}: {match.rule.id} {match.message} (at {'/'.join(map(str, match.path or []))})"


def nag(app: App) -> Iterator[str]:
    """Yield the cdk-nag violations that no resource acknowledges."""
    for pack in (AwsSolutionsChecks(app), ServerlessChecks(app)):
        for violation in pack.validate_scope(app).violations:
            for resource in violation.violating_resources:
                yield f"{resource.construct_path}: {violation.rule_name} {violation.description}"


def main() -> int:
    """Check every deployment and return the exit code."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (context, regions) in enumerate(DEPLOYMENTS):
            found += findings(make_app(context, Path(folder, f"deployment-{number}")), regions)
        context, regions = WITHOUT_BUDGET
        found += lint_all(make_app(context, Path(folder, "without-budget")), regions)
    for finding in found:
        print(finding)  # noqa: T201 - the program's output
    print(f"{len(found)} findings")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
