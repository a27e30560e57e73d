"""Test the email when a job finishes: from the address in the form to the mailbox."""

from __future__ import annotations

import re
import urllib.request
from typing import TYPE_CHECKING

from local_stage import MAIL_DOMAIN
from plumbing import items, wait_until

if TYPE_CHECKING:
    from delivery.api_client import ApiClient
    from localcloud.cloud import LocalCloud

ADDRESS = f"someone@{MAIL_DOMAIN}"
JOB = {"sequence": "ACGTTGCATCCATTGCAGGATCCAGGTTTACGG"}


def arrived(cloud: LocalCloud, text: str) -> list[str]:
    """Return the emails to the address that contain this text."""
    return [mail.text for mail in cloud.mails() if mail.to == ADDRESS and text in mail.text]


def confirm(cloud: LocalCloud) -> None:
    link = re.search(r"http\S+", arrived(cloud, "To confirm")[-1])
    assert link
    with urllib.request.urlopen(link[0], timeout=10) as answer:
        assert b"confirmed" in answer.read()


def owed(cloud: LocalCloud) -> list[str]:
    """Return the jobs that asked for an email that has not been sent."""
    jobs = items(cloud, "JobsTable")
    return [job["jobId"]["S"] for job in jobs if "recipient" in job and "notified" not in job]


def test_the_deployment_tells_whom_it_mails(api: ApiClient) -> None:
    assert api.get("/about")["mailDomains"] == [MAIL_DOMAIN]


def test_who_confirmed_is_mailed_the_link_of_a_job_that_is_complete(
    cloud: LocalCloud, api: ApiClient, genome: str
) -> None:
    job = {**JOB, "genome": genome, "email": ADDRESS}
    first = api.post("/jobs", job)
    assert first["mail"] == "pending"
    api.wait_for_job(first["jobId"])
    wait_until(lambda: first["jobId"] not in owed(cloud), "the first job is told of, to nobody")
    confirm(cloud)
    second = api.post("/jobs", job)
    assert second["mail"] == "confirmed"
    guides = api.wait_for_job(second["jobId"])["progress"]["guides"]
    link = f"{cloud.url}/#/jobs/{second['jobId']}\n"
    wait_until(lambda: bool(arrived(cloud, link)), "the mail arrives")
    [text] = arrived(cloud, link)
    assert f"complete: {guides} guides scored against the genome {genome}" in text
    assert JOB["sequence"] not in text
    assert arrived(cloud, first["jobId"]) == []


def test_an_address_is_withdrawn(cloud: LocalCloud, api: ApiClient, genome: str) -> None:
    job_id = api.post("/jobs", {**JOB, "genome": genome, "email": ADDRESS})["jobId"]
    api.withdraw_email(job_id)
    assert api.get(f"/jobs/{job_id}")["mailDue"] is False
    [job] = [job for job in items(cloud, "JobsTable") if job["jobId"]["S"] == job_id]
    assert "recipient" not in job


def test_a_job_that_fails_is_mailed_with_its_reason(cloud: LocalCloud, api: ApiClient) -> None:
    api.post("/jobs", {**JOB, "genome": "GCF_999999999.1", "email": ADDRESS})
    wait_until(lambda: bool(arrived(cloud, "Why: The genome GCF_999999999.1")), "the mail arrives")


def test_no_table_holds_an_address(cloud: LocalCloud) -> None:
    asked = [job for job in items(cloud, "JobsTable") if "recipient" in job]
    assert asked
    assert MAIL_DOMAIN not in str(asked)
    wait_until(lambda: not owed(cloud), "every job that asked for mail has its mark")
