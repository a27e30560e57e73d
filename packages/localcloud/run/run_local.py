"""Crackling Cloud on this machine: both stacks deployed to the local cloud, without an account.

`./scripts/run` builds layers and page, deploys the synthesised stacks with the CDK CLI, prepares phage lambda's genome (and
each FASTA named by --genome), prints the page's address and stays until Ctrl-C. State lives in memory and is gone afterwards.
`./scripts/run --once` submits the sample job through the API, prints its guides and ends.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from build import BuildError
from crackling.cli.table import write_table
from crackling.errors import CracklingError
from crackling.results import Design, Target
from delivery.api_client import ApiError
from local_stage import SAMPLE, SAMPLE_GENOME, deployed, preload, say
from localcloud.cdk import CdkError

if TYPE_CHECKING:
    from delivery.api_client import ApiClient
    from localcloud.gaps.mail import Mail

_WAKE_SECONDS = 0.5
INTERRUPTED = 130  # the exit code of a run that Ctrl-C ends before the job has finished


def say_mail(mail: Mail) -> None:
    """Print an email in a line; none leaves this machine."""
    link = re.search(r"https?://\S+", mail.text)
    say(f"mail to {mail.to}: {mail.subject}{f'  {link[0]}' if link else ''}")


def genome_id(path: Path) -> str:
    """Return the genome ID for a FASTA file: its name without extensions."""
    name = re.sub(
        r"\.(gz|fa|fasta|fna)$", "", re.sub(r"\.gz$", "", path.name, flags=re.IGNORECASE), flags=re.IGNORECASE
    )
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:64] or "genome"


def run_sample(api: ApiClient) -> None:
    """Submit the sample's query, wait, and print its guides."""
    job = api.submit(fasta=(SAMPLE / "cI.fa").read_text(), genome=SAMPLE_GENOME)
    say(f"job {job} ...")
    api.wait_for_job(job)
    rows = json.loads(api.export(job, "json"))
    targets = [Target(**{**row, "warnings": tuple(row["warnings"])}) for row in rows]
    write_table(Design(SAMPLE_GENOME, targets), sys.stdout)


def wait_for_a_signal() -> NoReturn:
    """Wait until a signal raises an exception.

    The system may hand a signal to any thread. Python acts on it only when the main thread runs, so that thread must not sleep
    for ever: it would take a second signal to wake it.
    """
    while True:
        time.sleep(_WAKE_SECONDS)


def _mistake(options: argparse.Namespace) -> str | None:
    """Return what is wrong with the options, before the build, which takes minutes."""
    for path in options.genome:
        if not path.is_file():
            return f"{path}: no such file"
    if not options.once and not _is_free(options.port):
        return f"port {options.port} is taken, or cannot be used; choose another with --port"
    return None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself does
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--genome", type=Path, action="append", default=[], metavar="FILE", help="FASTA, plain or gz"
    )
    parser.add_argument(
        "--access",
        choices=("open", "sign-in"),
        default="open",
        help="who may use it: everybody on this machine (default), or users who sign in",
    )
    parser.add_argument("--port", type=int, default=8080, help="of the page (default: 8080)")
    parser.add_argument("--once", action="store_true", help="run the sample job, print its guides, and end")
    parser.add_argument("--logs", action="store_true", help="print the functions' logs")
    options = parser.parse_args()
    if wrong := _mistake(options):
        parser.error(wrong)
    try:
        port = 0 if options.once else options.port
        with deployed(port, echo=options.logs, access=options.access) as deployment:
            preload(deployment.api, SAMPLE_GENOME, "Enterobacteria phage lambda", SAMPLE / "lambda_phage.fa")
            for path in options.genome:
                preload(deployment.api, genome_id(path), path.name, path)
            if options.once:
                run_sample(deployment.api)
            else:
                deployment.cloud.on_mail(say_mail)
                if user := deployment.user:
                    say(f"\nSign in as {user.email} with the password {user.password} (it is not told again)")
                    say(
                        f"Further users: docs/sign-in.md, with AWS_ENDPOINT_URL={deployment.cloud.world.endpoint}"
                    )
                say(f"\nReady: {deployment.cloud.url}  (Ctrl-C ends it; nothing is kept)")
                wait_for_a_signal()
    except (BuildError, CdkError, ApiError, CracklingError, OSError) as error:
        say(f"\nrun: error: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nended")
        return INTERRUPTED if options.once else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
