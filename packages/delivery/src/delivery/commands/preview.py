"""Show what a change does to the stacks, as Markdown: one text a stack, destructive changes and permissions first.

preview diff --base DIR --head DIR      compares two synthesised assemblies; needs no credentials, so that it is safe for
                                        pull requests from forks. Writes STACK.md and STACK.comment.md to the folder --out
preview change-set --head DIR           also asks CloudFormation what it would do to what is deployed; needs a role
preview comment --pull-request NUMBER   writes each text as a comment of the pull request, in place of the previous one
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crackling_aws import names
from delivery.preview.change_sets import ChangeSets
from delivery.preview.difference import compare
from delivery.preview.markdown import markdown
from delivery.program import DONE, DeliveryError, say
from delivery.repository import ASSEMBLY
from delivery.stacks.assembly import Template, stacks_of, template_of

if TYPE_CHECKING:
    import argparse

    from delivery.services import Services

OUT = ASSEMBLY.with_name("preview")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    diff = actions.add_parser("diff", help="compare two assemblies")
    diff.add_argument("--base", type=Path, required=True, help="assembly to compare with")
    changes = actions.add_parser("change-set", help="ask CloudFormation")
    comment = actions.add_parser("comment", help="write the comments")
    comment.add_argument("--pull-request", type=int, required=True)
    comment.add_argument("--dry-run", action="store_true", help="say what would be written")
    for action in (diff, changes):
        action.add_argument("--head", type=Path, required=True, help="assembly of the change")
    diff.add_argument("--commit", default=os.environ.get("GITHUB_SHA", "unknown")[:12])
    for action in (diff, changes, comment):
        action.add_argument(
            "--out", type=Path, default=OUT, help="folder of the texts (default: build/preview)"
        )


def run(options: argparse.Namespace, services: Services) -> int:
    if options.action == "diff":
        _diff(options.base, options.head, options.out, options.commit)
    elif options.action == "change-set":
        _change_sets(options.head, options.out, services)
    else:
        _comment(options, services)
    return DONE


def _diff(base: Path, head: Path, out: Path, commit: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    before, after = stacks_of(base), stacks_of(head)
    for stack in sorted({*before, *after}):
        nothing: Template = {"Resources": {}}
        difference = compare(
            stack,
            template_of(base, stack) if stack in before else nothing,
            template_of(head, stack) if stack in after else nothing,
        )
        whole = markdown(difference, commit, None)
        (out / f"{stack}.md").write_text(whole, "utf-8")
        (out / f"{stack}.comment.md").write_text(markdown(difference, commit), "utf-8")
        sys.stdout.write(whole + "\n")
    _summarise(out)


def _summarise(out: Path) -> None:
    """Write the summary of the workflow's run: pull requests from forks cannot have comments."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        texts = "\n".join(path.read_text("utf-8") for path in sorted(out.glob("*.comment.md")))
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(texts)


def _change_sets(head: Path, out: Path, services: Services) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for stack in stacks_of(head):
        if stack.startswith(names.service_stack("")):
            told = ChangeSets(services.aws, services.clock).describe(head, stack)
            (out / f"{stack}.change-set.comment.md").write_text(told, "utf-8")
            sys.stdout.write(told)


def _comment(options: argparse.Namespace, services: Services) -> None:
    paths = sorted(options.out.glob("*.comment.md"))
    if not paths:
        raise DeliveryError(f"{options.out} has no texts; `delivery preview diff` writes them")
    for path in paths:
        body = path.read_text("utf-8")
        marker = body.partition("\n")[0]
        say(f"{path.name}: {len(body)} characters")
        if not options.dry_run:
            services.github.put_comment(options.pull_request, marker, body)
