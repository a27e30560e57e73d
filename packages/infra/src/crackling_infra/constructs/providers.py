"""The CDK's own helpers, which run while a stack is deployed: held to our rules as far as they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from crackling_infra.acknowledge import acknowledge
from crackling_infra.constructs.functions import log_group_of

if TYPE_CHECKING:
    from crackling_infra.settings import Settings

_EMPTIES_BUCKETS = "Custom::S3AutoDeleteObjectsCustomResourceProvider"
_COPIES_FILES = "Custom::CDKBucketDeployment"
_MANAGED = "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]"
_WILDCARDS = ("Action::s3:GetBucket*", "Action::s3:GetObject*", "Action::s3:List*", "Action::s3:Abort*", "Action::s3:DeleteObject*")


def tidy_providers(stack: cdk.Stack, settings: Settings) -> None:
    """Give the helpers log groups that forget, and say why their roles stay as the CDK writes them."""
    for child in stack.node.children:
        if child.node.id == _EMPTIES_BUCKETS:
            handler = child.node.find_child("Handler")
            assert isinstance(handler, cdk.CfnResource)
            logs = log_group_of(stack, "EmptyBuckets", settings)
            handler.add_property_override("LoggingConfig", {"LogGroup": logs.log_group_name})
