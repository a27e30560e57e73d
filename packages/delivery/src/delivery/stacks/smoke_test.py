"""Test a deployed stage as a user would: its page, its API, a job with a known answer, an upload and a download."""

from __future__ import annotations

import contextlib
import csv
import json
import re
import subprocess
import sys
import urllib.parse
import uuid
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from delivery.api_client import ApiClient, ApiError, fetch, post_form
from delivery.program import DeliveryError, say
from delivery.repository import SAMPLE
from delivery.waiting import SYSTEM_CLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from delivery.waiting import Clock

    SignIn = Callable[[], AbstractContextManager[str]]

Row = dict[str, str]
ACCESSION = "GCF_000840245.1"
"""Phage lambda, which contains the sample; NCBI has it, and so has the local cloud."""
POLL_SECONDS = 2.0
TOKEN_VARIABLE = "CRACKLING_TOKEN"  # noqa: S105 - the name of a variable
STORED_FORMAT, STORED_MAGIC = "xlsx", b"PK"
"""A format that is always downloaded from S3, and how its files begin."""
_S3 = re.compile(r"[a-z0-9-]+\.s3(?P<region>\.[a-z]{2}(-[a-z]+)+-\d)?\.amazonaws\.com(\.cn)?")


def check_stage(url: str, clock: Clock = SYSTEM_CLOCK, sign_in: SignIn | None = None) -> None:
    """Test the stage whose page is at `url`.

    Where people sign in, `sign_in` gives an access token for as long as the test takes.

    Raises:
        DeliveryError: something does not work; the message says what.
    """
    base = url.rstrip("/")
    try:
        if b"<html" not in fetch(base + "/", clock).lower():
            raise DeliveryError(f"{base}/ does not serve the page")
        config = json.loads(fetch(f"{base}/config.json", clock))
        say(f"page: stage {config['stage']}, API at {config['api']}")
        api = base + config["api"]
        if "signIn" not in config:
            check_service(api, None, clock)
            return
        check_guard(ApiClient(api, clock=clock))
        if sign_in is None:
            raise DeliveryError(
                f"people sign in at {base}/; give --stage, or an access token as {TOKEN_VARIABLE}"
            )
        with sign_in() as token:
            check_service(api, token, clock)
    except ApiError as error:
        raise DeliveryError(str(error)) from error


def check_service(address: str, token: str | None, clock: Clock = SYSTEM_CLOCK) -> None:
    """Test the API at an address, with an access token where people sign in."""
    api = ApiClient(address, token=token, poll_seconds=POLL_SECONDS, clock=clock)
    check_job(api, clock)
    check_upload(api, clock)


def check_guard(api: ApiClient) -> None:
    """Test that somebody who is not signed in is refused.

    Raises:
        DeliveryError: the API answers.
    """
    try:
        api.genomes()
    except ApiError as error:
        if error.status != HTTPStatus.UNAUTHORIZED:
            raise
        say("API: refuses who is not signed in")
    else:
        raise DeliveryError("people sign in at this stage, but its API answers those who are not signed in")


def check_job(api: ApiClient, clock: Clock = SYSTEM_CLOCK) -> None:
    """Submit the sample, compare its targets with those that the command line computes, and download a file from S3.

    A job that is right is deleted again.

    Raises:
        ApiError: the job failed, or took too long.
        DeliveryError: it has other targets, or the file has an address that browsers cannot rely on.
    """
    job = api.submit(fasta=(SAMPLE / "cI.fa").read_text("utf-8"), genome=ACCESSION)
    say(f"job {job} ...")
    api.wait_for_job(job)
    found = rows(api.export(job, "csv").decode())
    differing = difference(expected(), found)
    if differing:
        raise DeliveryError(f"job {job} has other targets than this revision computes: {differing}")
    say(f"job {job}: {len(found)} targets, the same as computed here")
    address = api.export_address(job, STORED_FORMAT)
    host = check_host(address)
    if not fetch(address, clock).startswith(STORED_MAGIC):
        raise DeliveryError(f"job {job}: {host} serves something else than its {STORED_FORMAT} file")
    say(f"job {job}: its {STORED_FORMAT} file comes from {host}")
    api.delete_job(job)


def check_upload(api: ApiClient, clock: Clock = SYSTEM_CLOCK) -> None:
    """Upload a small genome with a presigned form, wait until it is prepared, and delete it.

    Raises:
        ApiError: the upload was rejected, or the preparation failed or took too long.
        DeliveryError: the form has an address that browsers cannot rely on.
    """
    genome = f"smoke-test-{uuid.uuid4().hex[:8]}"
    form = api.announce_genome(genome, "Smoke test")["upload"]
    try:
        host = check_host(form["url"])
        say(f"genome {genome} goes to {host} ...")
        content = (SAMPLE / "lambda_phage.fa").read_bytes()
        post_form(form["url"], form["fields"], "lambda_phage.fa", content, clock)
        api.complete_genome(genome)
        api.wait_for_genome(genome)
    finally:
        with contextlib.suppress(ApiError):  # refused while it is being prepared; the first error says more
            api.delete_genome(genome)
    say(f"genome {genome}: prepared, and deleted again")


def check_host(address: str) -> str:
    """Return the host of a presigned address.

    Raises:
        DeliveryError: it is S3's global host. That redirects requests for a new bucket, and does not serve newer regions.
    """
    host = urllib.parse.urlsplit(address).netloc
    known = _S3.fullmatch(host)
    if host.partition(":")[0].endswith((".amazonaws.com", ".amazonaws.com.cn")) and not (
        known and known["region"]
    ):
        raise DeliveryError(
            f"{host} is not the host of a bucket in one region, so browsers cannot rely on it; "
            "check `AwsClients.s3` in crackling_aws"
        )
    return host


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
