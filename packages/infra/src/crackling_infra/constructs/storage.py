"""Create the tables and buckets: all data that outlives a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from crackling_aws.names import JOBS_BY_OWNER
from crackling_infra.acknowledge import acknowledge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crackling_infra.settings import Settings

_TEXT, _NUMBER = dynamodb.AttributeType.STRING, dynamodb.AttributeType.NUMBER


class Storage(Construct):
    """Create the tables (streams on Jobs and Genomes), and buckets for jobs' data and for genomes."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._removal_policy = RemovalPolicy.DESTROY if settings.disposable else RemovalPolicy.RETAIN
        # DynamoDB does not delete jobs: their items tell the reaper which objects to delete too.
        self.jobs = self._table("Jobs", "jobId", stream=dynamodb.StreamViewType.NEW_IMAGE)
        # Keys alone, so that a job's progress does not write to it. Jobs without an owner are not in it.
        self.jobs.add_global_secondary_index(
            index_name=JOBS_BY_OWNER,
            partition_key=dynamodb.Attribute(name="owner", type=_TEXT),
            sort_key=dynamodb.Attribute(name="created", type=_NUMBER),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        self.targets = self._table(
            "Targets", "jobId", dynamodb.Attribute(name="number", type=_NUMBER), ttl="expires"
        )
        self.genomes = self._table(
            "Genomes",
            "genomeId",
            dynamodb.Attribute(name="item", type=_TEXT),
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            ttl="expires",
        )
        self.usage = self._table("Usage", "counter", ttl="expires")
        self._log_bucket = self._access_logs()
        self.data = self._bucket("Data", {"jobs/": settings.job_days})
        # An upload is copied when its genome is prepared.
        self.genome_files = self._bucket("GenomeFiles", {"uploads/": settings.upload_days})
        self.page = self._bucket("Page")

    def open_to_page(self, origins: Sequence[str]) -> None:
        """Let the page at any of its `origins` use the addresses that the API has signed.

        It uploads and downloads genomes; the API redirects it to queries and exports that are too large for an answer.
        """
        self.genome_files.add_cors_rule(
            allowed_methods=[s3.HttpMethods.POST, s3.HttpMethods.GET],
            allowed_origins=list(origins),
            allowed_headers=["*"],
        )
        self.data.add_cors_rule(allowed_methods=[s3.HttpMethods.GET], allowed_origins=list(origins))

    def _table(
        self,
        construct_id: str,
        partition_key: str,
        sort_key: dynamodb.Attribute | None = None,
        *,
        stream: dynamodb.StreamViewType | None = None,
        ttl: str | None = None,
    ) -> dynamodb.Table:
        return dynamodb.Table(
            self,
            construct_id,
            partition_key=dynamodb.Attribute(name=partition_key, type=_TEXT),
            sort_key=sort_key,
            stream=stream,
            time_to_live_attribute=ttl,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=self._removal_policy,
        )

    def _bucket(self, construct_id: str, expiry: dict[str, int] | None = None) -> s3.Bucket:
        """Create a private bucket whose accesses are logged; `expiry` maps a prefix to days."""
        return self._private_bucket(
            construct_id,
            server_access_logs_bucket=self._log_bucket,
            server_access_logs_prefix=f"{construct_id}/",
            lifecycle_rules=[
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1)),
                *(
                    s3.LifecycleRule(prefix=p, expiration=Duration.days(days))
                    for p, days in (expiry or {}).items()
                ),
            ],
        )

    def _access_logs(self) -> s3.Bucket:
        bucket = self._private_bucket(
            "AccessLogs",
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(self._settings.log_retention_days))],
        )
        acknowledge(
            bucket, "It receives the access logs; logging its own would never end.", "AwsSolutions-S1"
        )
        return bucket

    def _private_bucket(
        self,
        construct_id: str,
        *,
        lifecycle_rules: list[s3.LifecycleRule],
        server_access_logs_bucket: s3.IBucket | None = None,
        server_access_logs_prefix: str | None = None,
    ) -> s3.Bucket:
        return s3.Bucket(
            self,
            construct_id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            lifecycle_rules=lifecycle_rules,
            server_access_logs_bucket=server_access_logs_bucket,
            server_access_logs_prefix=server_access_logs_prefix,
            removal_policy=self._removal_policy,
            auto_delete_objects=self._settings.disposable,
        )
