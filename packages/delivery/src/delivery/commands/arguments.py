"""Define arguments, and types of arguments, that several subcommands have."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from crackling_aws import names


def stage(text: str) -> str:
    """Return the name of a stage, in the form that the stacks' setting accepts."""
    if not names.is_stage(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a stage: lower-case letters, digits and single hyphens, "
            f"at most {names.MAX_STAGE_LENGTH} characters"
        )
    return text


def positive(text: str) -> int:
    """Return a number that is at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def setting(text: str) -> tuple[str, str]:
    """Return the key and the value of `key=value`."""
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not key=value")
    return key, value


def repository(text: str) -> str:
    """Return a repository of GitHub, as OWNER/NAME."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not OWNER/NAME")
    return text


def add_stage_and_assembly(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what to deploy: a stage, and its cloud assembly or the settings to make one with."""
    parser.add_argument("--stage", type=stage, required=True)
    parser.add_argument(
        "--assembly", type=Path, help="a synthesised cloud assembly; default: one is made for the stage"
    )
    parser.add_argument(
        "-c",
        dest="settings",
        type=setting,
        action="append",
        default=[],
        metavar="key=value",
        help="a setting of the stacks; may be repeated",
    )
