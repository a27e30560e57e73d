"""List what is installed and shipped, and ask the databases of vulnerabilities about it.

Writes software bills of materials in CycloneDX's format into build/sbom, one for the Python packages and one for each folder of
Node packages, and a list of all packages with their versions and licences. Then it asks PyPI's and npm's databases, and prints a
table of what they know. It fails if a package that is shipped is vulnerable, and also if a database could not be asked. Tools of
development that are vulnerable are in the table only. With --offline no database is asked.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from delivery.audit import bills, databases
from delivery.program import DONE, FAILED, say
from delivery.repository import SBOMS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from delivery.audit.answers import Answer
    from delivery.services import Services

HEADINGS = ("Package", "Version", "Advisory", "Mended by", "Shipped", "Lock")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--offline", action="store_true", help="write the files only")


def run(options: argparse.Namespace, _services: Services) -> int:
    packages = bills.write(SBOMS)
    say(f"{SBOMS}: {len(packages)} packages, of which {sum(one.shipped for one in packages)} are shipped")
    if options.offline:
        say("no database of vulnerabilities was asked (--offline)")
        return DONE
    return report(list(databases.ask()))


def report(answers: Sequence[Answer]) -> int:
    """Print what the databases answered, and return the exit code."""
    rows = [
        (
            one.package,
            one.version,
            one.advisory,
            one.mended or "nothing yet",
            "yes" if one.shipped else "no",
            answer.lock,
        )
        for answer in answers
        for one in answer.vulnerabilities
    ]
    if rows:
        sys.stdout.write(_table([HEADINGS, *rows]))
    unasked = [answer for answer in answers if answer.unasked]
    for answer in unasked:
        say(f"{answer.lock}: not asked about: {answer.unasked}")
    if unasked:
        say(
            "What was not asked about may be vulnerable. Run the audit where the databases can be reached, or with --offline for "
            "the list of packages alone"
        )
    shipped = {one.package for answer in answers for one in answer.vulnerabilities if one.shipped}
    if shipped:
        say(
            f"shipped and vulnerable: {', '.join(sorted(shipped))}. Raise a Python package with `./scripts/test -s lock -- "
            "--upgrade-package NAME`, a Node package with `npm update NAME` in its folder; then run the audit again"
        )
    if not rows and not unasked:
        say("no known vulnerabilities")
    return FAILED if shipped or unasked else DONE


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Return the rows as text, in columns as wide as what is in them."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)
