"""Test the addresses that botocore makes for the product's clients; no endpoint is overridden."""

from __future__ import annotations

import pytest

from crackling_aws.clients import AwsClients

HOSTS = {
    "us-east-1": "data.s3.amazonaws.com",  # the oldest region's host has no region
    "eu-central-1": "data.s3.eu-central-1.amazonaws.com",
    "eu-south-2": "data.s3.eu-south-2.amazonaws.com",  # opened after March 2019
    "ap-southeast-5": "data.s3.ap-southeast-5.amazonaws.com",
}


@pytest.mark.parametrize(("region", "host"), HOSTS.items())
def test_presigned_addresses_are_those_of_the_region(
    region: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    s3 = AwsClients().s3
    address = s3.generate_presigned_url("get_object", {"Bucket": "data", "Key": "jobs/1/export.csv"})
    assert address.startswith(f"https://{host}/jobs/1/export.csv?")
    assert s3.generate_presigned_post("data", "uploads/1/genome")["url"] == f"https://{host}/"
