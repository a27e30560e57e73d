"""The hosts that botocore puts into presigned addresses of the product's client, when no endpoint is overridden."""

from __future__ import annotations

import pytest

from crackling_aws.clients import AwsClients


# us-east-1 is the region that botocore treats as global; the last two were opened after March 2019.
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "eu-south-2", "ap-southeast-5"])
def test_presigned_addresses_name_the_region(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    s3 = AwsClients().s3
    address = s3.generate_presigned_url("get_object", {"Bucket": "data", "Key": "jobs/1/export.csv"})
    host = f"data.s3.{region}.amazonaws.com"
    assert address.startswith(f"https://{host}/jobs/1/export.csv?")
    assert s3.generate_presigned_post("data", "uploads/1/genome")["url"] == f"https://{host}/"
