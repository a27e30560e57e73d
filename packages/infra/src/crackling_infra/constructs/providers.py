"""Apply this project's rules, where possible, to the CDK's own helper functions, which run only during a deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk

from crackling_infra.acknowledge import acknowledge, logical_id
from crackling_infra.constructs.logs import log_group_of

if TYPE_CHECKING:
    from aws_cdk import aws_s3 as s3
    from constructs import IConstruct

    from crackling_infra.settings import Settings

_MANAGED_POLICY: Final = (
    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]"
)
_ACTIONS: Final = ("s3:GetBucket*", "s3:GetObject*", "s3:List*", "s3:Abort*", "s3:DeleteObject*")
_BOOTSTRAP_ASSETS: Final = "arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*"


def tidy_providers(stack: cdk.Stack, *, page: s3.Bucket, settings: Settings) -> None:
    """Give the bucket-emptying helper a log group, and acknowledge what the CDK's authors decide for the copier."""
    for child in stack.node.children:
        if child.node.id.startswith("Custom::CDKBucketDeployment"):
            _acknowledge_copier(child, page)
        elif child.node.id == "Custom::S3AutoDeleteObjectsCustomResourceProvider":
            handler = child.node.find_child("Handler")
            assert isinstance(handler, cdk.CfnResource)
            logs = log_group_of(stack, "EmptyBuckets", settings)
            handler.add_property_override("LoggingConfig", {"LogGroup": logs.log_group_name})


def _acknowledge_copier(copier: IConstruct, page: s3.Bucket) -> None:
    """Acknowledge the helper that copies the page from the CDK's assets bucket and invalidates CloudFront's cache."""
    acknowledge(copier, "The CDK's copier of files chooses its own policy.", _MANAGED_POLICY)
    for action in _ACTIONS:
        reason = "The CDK's copier reads the assets and replaces the page's files, in these two buckets only."
        acknowledge(copier, reason, f"AwsSolutions-IAM5[Action::{action}]")
    for objects in (_BOOTSTRAP_ASSETS, f"<{logical_id(page)}.Arn>/*"):
        acknowledge(copier, "All files of the page.", f"AwsSolutions-IAM5[Resource::{objects}]")
    acknowledge(
        copier, "The CDK grants invalidations on every distribution.", "AwsSolutions-IAM5[Resource::*]"
    )
    for rule in ("AwsSolutions-L1", "Serverless-LambdaLatestVersion"):
        acknowledge(copier, "The CDK's version decides the runtime.", rule)
    for rule in ("Serverless-LambdaDLQ", "Serverless-LambdaTracing"):
        acknowledge(copier, "CloudFormation invokes it and reports its failure.", rule)
