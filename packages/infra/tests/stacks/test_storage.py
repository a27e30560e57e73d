"""Test the tables and buckets: private, encrypted, and retained if they hold users' data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crackling_aws.names import JOBS_BY_OWNER
from templates import Resource, Synthesise, Template, Templates, target

if TYPE_CHECKING:
    from collections.abc import Callable

BUCKET, TABLE = "AWS::S3::Bucket", "AWS::DynamoDB::Table"
STATEFUL = (BUCKET, TABLE)


def keys_of(table: Resource) -> list[tuple[str, str]]:
    names = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
    kinds = {kind["AttributeName"]: kind["AttributeType"] for kind in table["AttributeDefinitions"]}
    return [(names[key], kinds[names[key]]) for key in ("HASH", "RANGE") if key in names]


def test_tables_have_the_keys_of_the_data_model(service: Template) -> None:
    tables = {name.removeprefix("Storage")[:-8]: keys_of(table) for name, table in service.of(TABLE).items()}
    assert tables == {
        "Jobs": [("jobId", "S")],
        "Targets": [("jobId", "S"), ("number", "N")],
        "Genomes": [("genomeId", "S"), ("item", "S")],
        "Usage": [("counter", "S")],
    }


def test_jobs_are_found_by_their_owner_and_their_progress_does_not_write_to_the_index(
    service: Template,
) -> None:
    indexes = {name: table.get("GlobalSecondaryIndexes", []) for name, table in service.of(TABLE).items()}
    [(name, [index])] = [(name, found) for name, found in indexes.items() if found]
    assert name.startswith("StorageJobs")
    assert index["IndexName"] == JOBS_BY_OWNER
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["owner", "created"]
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_tables_can_be_restored_forget_by_themselves_and_cost_by_use(service: Template) -> None:
    """The reaper deletes jobs, with everything of them; were it DynamoDB, nobody would know of a job's objects."""
    for name, table in service.of(TABLE).items():
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        expected = None if "Jobs" in name else {"AttributeName": "expires", "Enabled": True}
        assert table.get("TimeToLiveSpecification") == expected
        assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_jobs_and_genomes_have_streams(service: Template) -> None:
    streams = {
        name: table["StreamSpecification"]
        for name, table in service.of(TABLE).items()
        if "StreamSpecification" in table
    }
    assert {name.removeprefix("Storage")[:-8] for name in streams} == {"Jobs", "Genomes"}
    assert all(stream == {"StreamViewType": "NEW_IMAGE"} for stream in streams.values())


def test_every_bucket_is_private_and_encrypted(service: Template) -> None:
    buckets = service.of(BUCKET)
    assert len(buckets) == 4
    for bucket in buckets.values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
        [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def test_every_bucket_takes_tls_only(service: Template) -> None:
    denied = {
        target(policy["Bucket"])
        for policy in service.of("AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Action"] == "s3:*"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert denied == set(service.of(BUCKET))


def test_no_bucket_allows_everyone(service: Template) -> None:
    for policy in service.of("AWS::S3::BucketPolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                assert statement["Principal"].keys() <= {"Service", "AWS"}
                assert statement["Principal"].get("AWS") != "*"


def test_every_bucket_logs_its_accesses_except_the_one_that_holds_the_logs(service: Template) -> None:
    buckets = service.of(BUCKET)
    receivers = {
        target(b["LoggingConfiguration"]["DestinationBucketName"])
        for b in buckets.values()
        if "LoggingConfiguration" in b
    }
    assert {name for name, bucket in buckets.items() if "LoggingConfiguration" not in bucket} == receivers


def test_what_is_temporary_expires(service: Template) -> None:
    expiry = {
        name.removeprefix("Storage")[:-8]: {
            rule.get("Prefix", ""): rule["ExpirationInDays"]
            for rule in bucket["LifecycleConfiguration"]["Rules"]
            if "ExpirationInDays" in rule
        }
        for name, bucket in service.of(BUCKET).items()
    }
    assert expiry == {
        "Data": {"jobs/": 30},
        "GenomeFiles": {"uploads/": 3},
        "Page": {},
        "AccessLogs": {"": 30},
    }


def test_interrupted_uploads_are_cleaned_away(service: Template) -> None:
    for name, bucket in service.of(BUCKET).items():
        if not name.startswith("StorageAccessLogs"):
            rules = bucket["LifecycleConfiguration"]["Rules"]
            assert {"DaysAfterInitiation": 1} in [
                rule.get("AbortIncompleteMultipartUpload") for rule in rules
            ]


def cors_of(service: Template) -> dict[str, dict[str, Any]]:
    return {
        name.removeprefix("Storage")[:-8]: rule
        for name, bucket in service.of(BUCKET).items()
        if "CorsConfiguration" in bucket
        for rule in bucket["CorsConfiguration"]["CorsRules"]
    }


def test_browsers_may_use_what_the_page_is_given_signed_addresses_of(service: Template) -> None:
    """It posts uploads, reads genomes, and is redirected to large queries and exports."""
    methods = {name: rule["AllowedMethods"] for name, rule in cors_of(service).items()}
    assert methods == {"GenomeFiles": ["POST", "GET"], "Data": ["GET"]}


def test_only_the_page_may_do_so(service: Template) -> None:
    for rule in cors_of(service).values():
        [origin] = rule["AllowedOrigins"]
        assert origin["Fn::Join"][1][0] == "https://"
        assert target(origin["Fn::Join"][1][1]) in service.of("AWS::CloudFront::Distribution")


def test_the_page_may_have_a_domain_of_its_own(synthesise: Callable[..., tuple[Template, Template]]) -> None:
    service, _ = synthesise(pageOrigins="https://guides.example.org")
    for rule in cors_of(service).values():
        assert rule["AllowedOrigins"][1:] == ["https://guides.example.org"]


def test_production_keeps_its_data_and_a_preview_leaves_nothing(
    synthesise: Synthesise, production: Templates
) -> None:
    def policies(template: Template) -> set[str]:
        return {r["DeletionPolicy"] for r in template.resources.values() if r["Type"] in STATEFUL}

    assert policies(production[0]) == {"Retain"}
    assert not production[0].of("Custom::S3AutoDeleteObjects")
    preview, _ = synthesise(stage="pr-17")
    assert policies(preview) == {"Delete"}
    assert len(preview.of("Custom::S3AutoDeleteObjects")) == len(preview.of(BUCKET))
    assert "Retain" not in {resource.get("DeletionPolicy") for resource in preview.resources.values()}
