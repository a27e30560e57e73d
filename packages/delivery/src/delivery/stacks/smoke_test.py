"""The smoke test of a deployed stage: its page, its API, and a job whose result is also computed on this machine."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from delivery.api_client import ApiClient, ApiError
from delivery.program import DeliveryError, say
from delivery.repository import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = dict[str, str]
ACCESSION = "GCF_000840245.1"
"""Phage lambda, which contains the sample; NCBI has it, and so has the local cloud."""


def check_stage(url: str) -> None:
    """Test the stage whose page is at `url`.

    Raises:
        DeliveryError: something does not work; the message says what.
    """
    base = url.rstrip("/")
    if b"<html" not in _get(base + "/").lower():
        raise DeliveryError(f"{base}/ does not serve the page")
    config = json.loads(_get(f"{base}/config.json"))
    say(f"page: stage {config['stage']}, API at {config['api']}")
    check_job(ApiClient(base + config["api"]))


def check_job(api: ApiClient) -> None:
    """Submit the sample and compare its targets with those that the command line computes.

    Raises:
        DeliveryError: the job failed, took too long, or has other targets.
    """
    try:
        job = api.submit(fasta=(SAMPLE / "cI.fa").read_text("utf-8"), genome=ACCESSION)
        say(f"job {job} ...")
        api.wait_for_job(job)
        found = rows(api.export(job, "csv").decode())
    except ApiError as error:
        raise DeliveryError(f"the sample's job failed: {error}") from error
    differing = difference(expected(), found)
    if differing:
        raise DeliveryError(f"job {job} has other targets than this revision computes: {differing}")
    say(f"job {job}: {len(found)} targets, the same as computed here")


def difference(wanted: Sequence[Row], found: Sequence[Row]) -> str | None:
    """Return the first difference between two lists of targets; None if they are the same."""
    if len(wanted) != len(found):
        return f"{len(found)} instead of {len(wanted)}"
    for number, (one, other) in enumerate(zip(wanted, found, strict=True), 1):
        for column, value in one.items():
            if other.get(column) != value:
                return f"target {number}, {column}: {other.get(column)} instead of {value}"
    return None


def rows(text: str) -> list[Row]:
    """Return the targets of a CSV file, without the columns that depend on the genome's annotation."""
    return [
        {column: value for column, value in row.items() if column not in ("gene", "feature")}
        for row in csv.DictReader(text.splitlines())
    ]


def expected() -> list[Row]:
    """Return the targets of the sample, computed on this machine.

    Raises:
        DeliveryError: the command line failed here.
    """
    program = Path(sys.executable).parent / "crackling"
    words = [
        *map(str, (program, "design", SAMPLE / "cI.fa", "--genome", SAMPLE / "lambda_phage.fa")),
        "--format",
        "csv",
    ]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode:
        raise DeliveryError(f"`crackling design` failed on this machine: {done.stderr.strip()}")
    return rows(done.stdout)


def _get(address: str) -> bytes:
    if not address.startswith(("https://", "http://")):
        raise DeliveryError(f"{address} is not a web address")
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - checked above
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        raise DeliveryError(f"{address}: {error.code}") from error
    except OSError as error:
        raise DeliveryError(f"{address} does not answer: {error}") from error
