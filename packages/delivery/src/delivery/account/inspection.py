"""Define what the role for inspection may do: make change sets, and read the configuration of the stacks' resources, but no data.

CloudFormation works with the caller's permissions here: it fetches the template of a change set, resolves its parameters, and
reads each resource when it detects drift. `READS` has, for each type of resource, what CloudFormation's registry says that this
takes. A topic's subscribers are read with the topic; those of the topic for mail are users, so that topic is not checked. Nor is
the institute's identity provider, which is read with its secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling_aws import names
from delivery.account.policies import (
    ANY,
    BOOTSTRAP_VERSION,
    BUILDER,
    CDK_BUCKET,
    PUBLIC_IMAGES,
    SERVICE,
    allow,
    arn,
    stack,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delivery.account.policies import Statement

_OURS = names.service_stack(ANY)  # what CloudFormation names begins with the name of its stack
_EVERYWHERE = ("*",)

READS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "AWS::ApiGateway": (
        ("apigateway:GET",),
        tuple(arn("apigateway", path, account="") for path in ("/account", "/restapis", "/restapis/*")),
    ),
    "AWS::Budgets": (
        ("budgets:ViewBudget", "budgets:ListTagsForResource"),
        (arn("budgets", "budget/*", region=""),),
    ),
    "AWS::CloudFront": (
        (
            "cloudfront:GetDistribution",
            "cloudfront:GetDistributionConfig",
            "cloudfront:GetFunction",
            "cloudfront:DescribeFunction",
            "cloudfront:GetOriginAccessControl",
            "cloudfront:GetResponseHeadersPolicy",
            "cloudfront:ListTagsForResource",
        ),
        _EVERYWHERE,
    ),
    "AWS::CloudWatch": (
        ("cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource"),
        _EVERYWHERE,
    ),
    "AWS::Cognito": (
        (
            "cognito-idp:DescribeUserPool",
            "cognito-idp:DescribeUserPoolClient",
            "cognito-idp:DescribeUserPoolDomain",
            "cognito-idp:GetGroup",
            "cognito-idp:GetUserPoolMfaConfig",
            "cognito-idp:ListTagsForResource",
        ),
        _EVERYWHERE,
    ),
    "AWS::DynamoDB": (
        (
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeContributorInsights",
            "dynamodb:DescribeKinesisStreamingDestination",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:GetResourcePolicy",
            "dynamodb:ListTagsOfResource",
        ),
        (arn("dynamodb", f"table/{_OURS}"),),
    ),
    "AWS::EC2": (
        (
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:DescribeLaunchTemplates",
            "ec2:DescribeSecurityGroupRules",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeTags",
        ),
        _EVERYWHERE,
    ),
    "AWS::Events": (
        ("events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"),
        (arn("events", f"rule/{_OURS}"),),
    ),
    "AWS::IAM": (
        (
            "iam:GetInstanceProfile",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        ),
        (
            arn("iam", f"role/{_OURS}", region=""),
            arn("iam", f"instance-profile/{_OURS}", region=""),
        ),
    ),
    "AWS::Lambda": (
        (
            "lambda:GetFunction",
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:GetFunctionConfiguration",
            "lambda:GetFunctionRecursionConfig",
            "lambda:GetLayerVersion",
            "lambda:GetPolicy",
            "lambda:GetRuntimeManagementConfig",
            "lambda:ListTags",
        ),
        (arn("lambda", f"function:{_OURS}"), arn("lambda", "layer:*")),
    ),
    "AWS::Lambda::EventSourceMapping": (("lambda:GetEventSourceMapping", "lambda:ListTags"), _EVERYWHERE),
    "AWS::Logs": (
        (
            "logs:DescribeIndexPolicies",
            "logs:DescribeLogGroups",
            "logs:GetDataProtectionPolicy",
            "logs:ListTagsForResource",
        ),
        _EVERYWHERE,
    ),
    "AWS::S3": (
        (
            "s3:GetAccelerateConfiguration",
            "s3:GetAnalyticsConfiguration",
            "s3:GetBucketAcl",
            "s3:GetBucketCORS",
            "s3:GetBucketLogging",
            "s3:GetBucketNotification",
            "s3:GetBucketObjectLockConfiguration",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetBucketWebsite",
            "s3:GetEncryptionConfiguration",
            "s3:GetIntelligentTieringConfiguration",
            "s3:GetInventoryConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:GetMetricsConfiguration",
            "s3:GetReplicationConfiguration",
        ),
        (arn("s3", _OURS.lower(), region="", account=""),),
    ),
    "AWS::SNS": (
        (
            "sns:GetDataProtectionPolicy",
            "sns:GetSubscriptionAttributes",
            "sns:GetTopicAttributes",
            "sns:ListSubscriptionsByTopic",
            "sns:ListTagsForResource",
        ),
        (arn("sns", f"{_OURS}-Monitoring*"),),
    ),
    "AWS::SQS": (("sqs:GetQueueAttributes", "sqs:ListQueueTags"), (arn("sqs", _OURS),)),
    "AWS::SSM": (
        ("ssm:GetParameter", "ssm:GetParameters", "ssm:ListTagsForResource"),
        (arn("ssm", "parameter" + names.settings_parameter(ANY)),),
    ),
}
"""Type of resource, or service, -> the actions that read its configuration, and where they are allowed."""

UNSEEN = (("AWS::SNS::Topic", "Mail"), ("AWS::Cognito::UserPoolIdentityProvider", "SignIn"))
"""The types, and the beginnings of the logical ids, of what is not checked."""


def inspection() -> list[Statement]:
    """Return permissions to read configuration but no data, and to make change sets but not to execute them."""
    return [
        allow(
            [
                "cloudformation:DescribeStacks",
                "cloudformation:GetTemplate",
                "cloudformation:CreateChangeSet",
                "cloudformation:DescribeChangeSet",
                "cloudformation:DeleteChangeSet",
                "cloudformation:DetectStackDrift",
                "cloudformation:DetectStackResourceDrift",
                "cloudformation:DescribeStackResourceDrifts",
            ],
            SERVICE,
            BUILDER,
        ),
        allow(["cloudformation:DescribeStackResource"], stack("CDKToolkit")),
        allow(["cloudformation:DescribeStackDriftDetectionStatus"], "*"),
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"{CDK_BUCKET}/preview/*"),
        # The CDK's bucket is encrypted, and S3 uses its key with the caller's permissions.
        allow(
            ["kms:Decrypt", "kms:GenerateDataKey"],
            arn("kms", "key/*"),
            StringEquals={"kms:ViaService": "s3.${AWS::Region}.amazonaws.com"},
        ),
        allow(["ssm:GetParameters"], BOOTSTRAP_VERSION, PUBLIC_IMAGES),
        *(allow(list(actions), *where) for actions, where in READS.values()),
    ]
