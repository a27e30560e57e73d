"""Hold both stacks' templates against cfn-lint and cdk-nag: `python -m crackling_infra.check_templates`.

Two deployments are checked, so that every resource is seen: a development stage as it comes, and a production stage
with every option on. What the layers, functions and page contain makes no difference here, so stand-ins will do and
nothing needs to be built first. Prints each finding; exit code 1 if there is any.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, ServerlessChecks
from cfnlint.api import lint_file

from crackling_infra.application import add_stacks
from crackling_infra.settings import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CDK_JSON: Final = Path(__file__).parents[2] / "cdk.json"
DEVELOPMENT: Final = {"stage": "dev"}
PRODUCTION: Final = {
    "stage": "prod",
    "alarmEmail": "operator@example.org",
    "budgetAmount": "50",
    "budgetEmail": "operator@example.org",
    "reservedConcurrency": "20",
    "sshCidr": "192.0.2.0/24",
}


def stand_ins(folder: Path) -> dict[str, str]:
    """Make the smallest layers, functions and page below `folder`; the context that names them."""
    contents = [*(f"layers/{name}/python/{name}.py" for name in LAYERS), "functions/handler.py", "page/index.html"]
    for name in contents:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("stand-in\n")
    return {f"{kind}Directory": str(folder / kind) for kind in ("layers", "functions", "page")}


def make_app(context: Mapping[str, str], assets: Path, outdir: Path) -> cdk.App:
    """The app as the CDK's command line would run it, with the flags of cdk.json and stand-ins for what is built."""
    flags = json.loads(CDK_JSON.read_text())["context"]
    app = cdk.App(analytics_reporting=False, outdir=str(outdir), context=flags | stand_ins(assets) | dict(context))
    add_stacks(app, assets)
    return app


def findings(context: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the templates of one deployment, a line each."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(context, Path(folder, "assets"), Path(folder, "cdk.out"))
        assembly = app.synth()
        yield from _rule_packs(app)
        for stack in assembly.stacks:
            for match in lint_file(Path(stack.template_full_path)):
                yield f"{stack.stack_name}: {match.rule.id} {match.message} (at {'/'.join(map(str, match.path or []))})"


def _rule_packs(app: cdk.App) -> Iterator[str]:
    for pack in (AwsSolutionsChecks(app), ServerlessChecks(app)):
        for violation in pack.validate_scope(app).violations:
            for resource in violation.violating_resources:
                yield f"{resource.construct_path}: {violation.rule_name} {violation.description}"


def main() -> int:
    """Check every deployment; the exit code."""
    found = [finding for context in (DEVELOPMENT, PRODUCTION) for finding in findings(context)]
    for finding in found:
        print(finding)  # noqa: T201 - the program's output
    print(f"{len(found)} findings")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
