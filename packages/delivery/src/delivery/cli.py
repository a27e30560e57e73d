"""Run the program `delivery`, which has one subcommand for each step of the workflows.

The subcommand `lint-workflows` is the module `delivery.commands.lint_workflows`, and so on. Such a module is thin: its docstring
is the help text, `add_arguments(parser)` declares the options, and `run(options, services)` calls what does the work.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from delivery.program import EXIT_CODES, outcome

if TYPE_CHECKING:
    from types import ModuleType

    from delivery.services import Services

SUBCOMMANDS = {
    "preflight": "ask an AWS account whether a deployment can work",
    "deploy": "deploy a stage, test it, and roll back a deployment that does not work",
    "preview": "show what a change does to the stacks (diff, change-set, comment)",
    "bake": "make, test and promote the machine image of the workers",
    "promote": "choose the image that workers start from, or roll back to the previous one",
    "clean": "delete images that are no longer used",
    "drift": "report what differs between AWS and this repository",
    "smoke": "test a deployed stage as a user would",
    "bootstrap": "prepare an AWS account for deployments from GitHub",
    "assembly": "pack the cloud assembly into one file, or unpack it",
    "audit": "list what is installed and shipped, and ask which of it is vulnerable",
    "changes": "tell which parts of the repository a change affects",
    "gate": "check that all jobs of ci succeeded",
    "check-line-endings": "check that all files have unix line endings",
    "check-sources": "check imports, docstrings, and that nothing that is built is committed",
    "attach": "add files to a release on GitHub: wheels, bills of materials",
    "lint-commits": "check the titles of commits, which releases are made from",
    "lint-workflows": "lint the workflows and all shell scripts",
}
PYTHON_ONLY = frozenset(
    {"assembly", "attach", "changes", "gate", "check-line-endings", "check-sources", "lint-commits"}
)
"""Subcommands that use the standard library only: `scripts/delivery` runs them without an environment."""


def main(arguments: list[str] | None = None, services: Services | None = None) -> int:
    """Run a subcommand and return the exit code.

    Args:
        arguments: of the command line; default: those of this process.
        services: what to act on; default: the real ones.
    """
    words = sys.argv[1:] if arguments is None else arguments
    name = words[0] if words and words[0] in SUBCOMMANDS else None
    command = None if name is None else import_module(f"delivery.commands.{name.replace('-', '_')}")
    options = _parser(name, command).parse_args(words)
    assert command is not None  # or the parser would have exited
    if name in PYTHON_ONLY:
        return outcome(lambda: command.run(options))
    # Only now: these import boto3.
    from delivery.aws import AWS_ERRORS
    from delivery.services import Services

    return outcome(lambda: command.run(options, services or Services()), *AWS_ERRORS)


def start() -> NoReturn:
    sys.exit(main())


def _parser(name: str | None, command: ModuleType | None) -> argparse.ArgumentParser:
    """Return the parser, with the options of the subcommand that was chosen."""
    parser = argparse.ArgumentParser(
        prog="delivery",
        description="Run a step of the workflows of this repository. `delivery SUBCOMMAND --help` describes each.",
        epilog=EXIT_CODES,
    )
    subparsers = parser.add_subparsers(metavar="SUBCOMMAND", required=True)
    for one, summary in SUBCOMMANDS.items():
        subparser = subparsers.add_parser(
            one,
            help=summary,
            description=command.__doc__ if command else None,
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if command and one == name:
            command.add_arguments(subparser)
    return parser
