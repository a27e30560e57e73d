"""What a change does to the stacks, as Markdown: one text a stack, the destructive and the permissions first.

preview diff --base DIR --head DIR      compares two synthesised assemblies; needs no credentials, so that it is safe for
                                        pull requests from forks. Writes DIR/STACK.md and DIR/STACK.comment.md to --out
preview change-set --head DIR           asks CloudFormation as well what it would do to what is deployed; needs a role
preview comment --pull-request NUMBER   writes each text as one comment of the pull request, in place of the one before
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from delivery import names
from delivery.aws import FAULTS, connect
from delivery.github import GitHub
from delivery.preview import text
from delivery.preview.change_sets import ChangeSets
from delivery.preview.difference import compare
from delivery.program import DONE, DeliveryError, outcome, parser, say
from delivery.stacks import Template, template_of

ROOT = Path(__file__).resolve().parents[5]
OUT = ROOT / "build" / "preview"


def main(arguments: list[str] | None = None, github: GitHub | None = None) -> int:
    options = _parse(arguments)
    actions = {
        "diff": lambda: _diff(options.base, options.head, options.out, options.commit),
        "change-set": lambda: _change_sets(options.head, options.out),
        "comment": lambda: _comment(options, github),
    }
    return outcome(actions[options.action], OSError, *FAULTS)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    asked = parser(__doc__)
    actions = asked.add_subparsers(dest="action", required=True)
    diff = actions.add_parser("diff", help="compare two assemblies")
    diff.add_argument("--base", type=Path, required=True, help="assembly to compare with")
    changes = actions.add_parser("change-set", help="ask CloudFormation")
    comment = actions.add_parser("comment", help="write comments")
    comment.add_argument("--pull-request", type=int, required=True)
    comment.add_argument("--dry-run", action="store_true", help="tell what would be written")
    for action in (diff, changes):
        action.add_argument("--head", type=Path, required=True, help="assembly of the change")
    diff.add_argument("--commit", default=os.environ.get("GITHUB_SHA", "unknown")[:12])
    for action in (diff, changes, comment):
        action.add_argument(
            "--out", type=Path, default=OUT, help="folder of the texts (default: build/preview)"
        )
    return asked.parse_args(arguments)


def stacks(assembly: Path) -> list[str]:
    """The names of an assembly's stacks.

    Raises:
        DeliveryError: it is none.
    """
    try:
        manifest = json.loads((assembly / "manifest.json").read_text("utf-8"))
    except OSError as error:
        raise DeliveryError(f"{assembly} is no synthesised assembly: {error}") from error
    return sorted(
        str(artifact["properties"]["stackName"])
        for artifact in manifest["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    )


def _diff(base: Path, head: Path, out: Path, commit: str) -> int:
    out.mkdir(parents=True, exist_ok=True)
    before, after = stacks(base), stacks(head)
    for stack in sorted({*before, *after}):
        nothing: Template = {"Resources": {}}
        difference = compare(
            stack,
            template_of(base, stack) if stack in before else nothing,
            template_of(head, stack) if stack in after else nothing,
        )
        whole = text.markdown(difference, commit, None)
        (out / f"{stack}.md").write_text(whole, "utf-8")
        (out / f"{stack}.comment.md").write_text(text.markdown(difference, commit), "utf-8")
        sys.stdout.write(whole + "\n")
    _summarise(out)
    return DONE


def _summarise(out: Path) -> None:
    """Beside the comments, which pull requests from forks cannot have: the summary of the workflow's run."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        texts = "\n".join(path.read_text("utf-8") for path in sorted(out.glob("*.comment.md")))
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(texts)


def _change_sets(head: Path, out: Path) -> int:
    aws = connect()
    out.mkdir(parents=True, exist_ok=True)
    for stack in stacks(head):
        if stack.startswith(names.service_stack("")):
            told = ChangeSets(aws).told(head, stack)
            (out / f"{stack}.change-set.comment.md").write_text(told, "utf-8")
            sys.stdout.write(told)
    return DONE


def _comment(options: argparse.Namespace, github: GitHub | None) -> int:
    paths = sorted(options.out.glob("*.comment.md"))
    if not paths:
        raise DeliveryError(f"{options.out}: no texts; `preview diff` writes them")
    for path in paths:
        body = path.read_text("utf-8")
        marker = body.partition("\n")[0]
        say(f"{path.name}: {len(body)} characters")
        if not options.dry_run:
            (github or GitHub.of_workflow()).put_comment(options.pull_request, marker, body)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
