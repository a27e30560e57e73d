"""Emulate CloudFront. Gap: moto's CloudFormation lacks AWS::CloudFront, and its API lacks response headers policies.

A distribution exists in moto (invalidations need it), but the front door reads its behaviour from the template.
"""

from __future__ import annotations

import uuid

from moto.cloudfront import models as cloudfront_models
from moto.cloudfront.models import cloudfront_backends

from localcloud.gaps.cloudformation.resource import Resource
from localcloud.world import ACCOUNT, PARTITION, Properties


class OriginAccessControl(Resource):
    type = "AWS::CloudFront::OriginAccessControl"

    def create(self) -> str:
        config = self.properties["OriginAccessControlConfig"]
        answer = self.client("cloudfront").create_origin_access_control(OriginAccessControlConfig=config)
        identifier = str(answer["OriginAccessControl"]["Id"])
        self.attributes = {"Id": identifier}
        return identifier

    def remove(self) -> None:
        backend = cloudfront_backends[ACCOUNT][PARTITION]
        backend.delete_origin_access_control(self.physical_resource_id)


class Policy(Resource):
    """A policy that consists of its properties, which only the front door reads."""

    type = "LocalCloud::CloudFrontPolicy"

    def create(self) -> str:
        identifier = str(uuid.uuid4())
        self.attributes = {"Id": identifier}
        return identifier

    def update(self, before: Properties) -> None:
        """Do nothing: the policy is only its properties."""


class ResponseHeadersPolicy(Policy):
    type = "AWS::CloudFront::ResponseHeadersPolicy"


class CachePolicy(Policy):
    type = "AWS::CloudFront::CachePolicy"


class OriginRequestPolicy(Policy):
    type = "AWS::CloudFront::OriginRequestPolicy"


class Function(Policy):
    """A function that the front door runs; its Ref is its ARN."""

    type = "AWS::CloudFront::Function"

    def create(self) -> str:
        name = self.properties["Name"]
        arn = f"arn:{PARTITION}:cloudfront::{ACCOUNT}:function/{name}"
        self.attributes = {"FunctionARN": arn, "FunctionMetadata.FunctionARN": arn}
        return arn


class Distribution(Resource):
    type = "AWS::CloudFront::Distribution"

    @property
    def config(self) -> Properties:
        config: Properties = self.properties["DistributionConfig"]
        return config

    def create(self) -> str:
        origins = [
            {"Id": origin["Id"], "DomainName": origin["DomainName"], "CustomHeaders": {"Quantity": 0}}
            for origin in self.config["Origins"]
        ]
        target = self.config["DefaultCacheBehavior"]["TargetOriginId"]
        answer = self.client("cloudfront").create_distribution(
            DistributionConfig={
                "CallerReference": self.name,
                "Comment": self.config.get("Comment", ""),
                "Enabled": self.config["Enabled"],
                "Origins": {"Quantity": len(origins), "Items": origins},
                "DefaultCacheBehavior": {"TargetOriginId": target, "ViewerProtocolPolicy": "allow-all"},
            }
        )["Distribution"]
        self.attributes = {"Id": answer["Id"], "DomainName": answer["DomainName"]}
        return str(answer["Id"])

    def update(self, before: Properties) -> None:
        """Do nothing: the front door reads the new properties."""

    def remove(self) -> None:
        cloudfront_backends[ACCOUNT][PARTITION].delete_distribution(self.physical_resource_id, True)


def invalidations_complete() -> None:
    """Gap: moto's invalidations end as "COMPLETED"; BucketDeployment's waiter waits 13 minutes for "Completed"."""
    original = cloudfront_models.Invalidation.__init__

    def patched(self: cloudfront_models.Invalidation, *args: object, **options: object) -> None:
        original(self, *args, **options)  # type: ignore[arg-type]
        self.status = "Completed"

    cloudfront_models.Invalidation.__init__ = patched  # type: ignore[method-assign]
