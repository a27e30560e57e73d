"""Emulate S3 and DynamoDB.

Gaps: moto's CloudFormation ignores a bucket's CORS, lifecycle, versioning and public access block and a table's TTL and
recovery; it fails to update a tagged bucket, and knows no bucket policies.
"""

from __future__ import annotations

import json
from typing import Any

from localcloud.gaps.cloudformation.resource import ReplacementNeeded, Resource
from localcloud.world import PARTITION, Properties


class Bucket(Resource):
    type = "AWS::S3::Bucket"
    name_property = "BucketName"

    def create(self) -> str:
        name, region, s3 = self.name.lower(), self.world.region, self.client("s3")
        location = (
            {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        )
        s3.create_bucket(Bucket=name, **location)
        self.attributes = {
            "Arn": f"arn:{PARTITION}:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        }
        self._settings(name)
        return name

    def _settings(self, name: str) -> None:
        properties, s3 = self.properties, self.client("s3")
        if rules := properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration"):
            default = rules[0]["ServerSideEncryptionByDefault"]
            encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
            s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption)
        if "Tags" in properties:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": properties["Tags"]})
        if versioning := properties.get("VersioningConfiguration"):
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=versioning)
        if block := properties.get("PublicAccessBlockConfiguration"):
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
        if cors := properties.get("CorsConfiguration"):
            rules = [_cors_rule(rule) for rule in cors["CorsRules"]]
            s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
        if lifecycle := properties.get("LifecycleConfiguration"):
            rules = [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]
            s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})

    def update(self, before: Properties) -> None:
        if before.get("BucketName") != self.properties.get("BucketName"):
            raise ReplacementNeeded
        name, s3 = self.physical_resource_id, self.client("s3")
        if "CorsConfiguration" in before:
            s3.delete_bucket_cors(Bucket=name)
        if "LifecycleConfiguration" in before:
            s3.delete_bucket_lifecycle(Bucket=name)
        if "PublicAccessBlockConfiguration" in before:
            s3.delete_public_access_block(Bucket=name)
        self._settings(name)

    def remove(self) -> None:
        self.client("s3").delete_bucket(Bucket=self.physical_resource_id)


def _cors_rule(rule: Properties) -> Properties:
    names = {"AllowedHeaders": "AllowedHeaders", "AllowedMethods": "AllowedMethods",
             "AllowedOrigins": "AllowedOrigins", "ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}  # fmt: skip
    return {names[key]: value for key, value in rule.items() if key in names}


def _lifecycle_rule(rule: Properties) -> Properties:
    api: Properties = {"Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    if "Id" in rule:
        api["ID"] = rule["Id"]
    if "ExpirationInDays" in rule:
        api["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    if abort := rule.get("AbortIncompleteMultipartUpload"):
        api["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": int(abort["DaysAfterInitiation"])}
    if noncurrent := rule.get("NoncurrentVersionExpiration"):
        api["NoncurrentVersionExpiration"] = {"NoncurrentDays": int(noncurrent["NoncurrentDays"])}
    return api


class BucketPolicy(Resource):
    """A bucket's policy without its conditional denials.

    moto enforces policies but ignores conditions: "deny unless TLS" would deny everything.
    """

    type = "AWS::S3::BucketPolicy"

    def create(self) -> str:
        document = self.properties["PolicyDocument"]
        statements = [s for s in document["Statement"] if not (s["Effect"] == "Deny" and "Condition" in s)]
        if statements:
            policy = json.dumps({**document, "Statement": statements})
            self.client("s3").put_bucket_policy(Bucket=self.properties["Bucket"], Policy=policy)
        return self.name

    def update(self, before: Properties) -> None:
        if before["Bucket"] != self.properties["Bucket"]:
            raise ReplacementNeeded
        self.create()

    def remove(self) -> None:
        self.client("s3").delete_bucket_policy(Bucket=self.properties["Bucket"])


class Table(Resource):
    type = "AWS::DynamoDB::Table"
    name_property = "TableName"

    _CREATED_WITH = ("AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput",
                     "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "Tags", "DeletionProtectionEnabled")  # fmt: skip
    _SET_LATER = ("TimeToLiveSpecification", "PointInTimeRecoverySpecification")

    def create(self) -> str:
        given = self.pick(*self._CREATED_WITH)
        if stream := self.properties.get("StreamSpecification"):
            given["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream["StreamViewType"]}
        if encryption := self.properties.get("SSESpecification"):
            given["SSESpecification"] = {"Enabled": encryption["SSEEnabled"]}
        table = self.client("dynamodb").create_table(TableName=self.name, **given)["TableDescription"]
        self.attributes = {"Arn": table["TableArn"]}
        if stream:
            self.attributes["StreamArn"] = table["LatestStreamArn"]
        self._settings()
        return self.name

    def _settings(self) -> None:
        dynamodb, name = self.client("dynamodb"), self.name
        if ttl := self.properties.get("TimeToLiveSpecification"):
            wanted = {"Enabled": ttl["Enabled"], "AttributeName": ttl["AttributeName"]}
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)
        recovery: dict[str, Any] = self.properties.get("PointInTimeRecoverySpecification", {})
        enabled = {"PointInTimeRecoveryEnabled": bool(recovery.get("PointInTimeRecoveryEnabled"))}
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=enabled)

    def update(self, before: Properties) -> None:
        changed = {key for key in {*before, *self.properties} if before.get(key) != self.properties.get(key)}
        if changed - set(self._SET_LATER):
            raise ReplacementNeeded
        self._settings()

    def remove(self) -> None:
        self.client("dynamodb").delete_table(TableName=self.name)
