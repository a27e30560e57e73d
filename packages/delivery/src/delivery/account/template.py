"""The CloudFormation template of what an account needs before this repository can be deployed to it.

It has GitHub as identity provider, and four roles without keys. A role can be assumed only by jobs of one repository that run
in certain environments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crackling_aws import names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delivery.stacks.assembly import Template

ISSUER = "token.actions.githubusercontent.com"
# Role -> the environments of GitHub whose jobs may assume it.
ENVIRONMENTS = {
    "Inspection": ("inspection",),
    "Deployment": ("production", "ephemeral"),
    "Baking": ("baking",),
    "Cleaning": ("cleaning",),
}
# The longest session of a role. A bake waits for AWS at most that long, everything else for less.
SESSION_SECONDS = {"Inspection": 2 * 3600, "Deployment": 2 * 3600, "Baking": 4 * 3600, "Cleaning": 2 * 3600}
_CDK = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-"
_STAGE_ANY = "*"
_PARAMETER = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter" + names.image_parameter(
    _STAGE_ANY
)
_SERVICE, _BUILDER = (
    "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/" + stack + "/*"
    for stack in (names.service_stack(_STAGE_ANY), names.builder_stack(_STAGE_ANY))
)
_BOOTSTRAP_VERSION = (
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/cdk-bootstrap/hnb659fds/version"
)
_TOOLKIT = "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/CDKToolkit/*"
_PREVIEWS = "arn:${AWS::Partition}:s3:::cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}/preview/*"
_PARAMETERS_OF_TEMPLATES = (
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/cdk-bootstrap/*",
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"
    + names.settings_parameter(_STAGE_ANY),
    "arn:${AWS::Partition}:ssm:${AWS::Region}::parameter/aws/service/canonical/*",
)
_INSTANCES = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/*"
_IMAGES = "arn:${AWS::Partition}:ec2:${AWS::Region}::image/*"
_SNAPSHOTS = "arn:${AWS::Partition}:ec2:${AWS::Region}::snapshot/*"

Statement = dict[str, Any]
# The data of users, and secrets, which AWS's policy ReadOnlyAccess would allow to read.
_NO_DATA: Statement = {
    "Effect": "Deny",
    "Action": [
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:GetRecords",
        "dynamodb:Query",
        "dynamodb:Scan",
        "kms:Decrypt",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:StartQuery",
        "secretsmanager:GetSecretValue",
        "sqs:ReceiveMessage",
    ],
    "Resource": "*",
}


def template(*, provider_exists: bool = False) -> Template:
    """Return the template.

    Args:
        provider_exists: refer to the account's identity provider for GitHub instead of creating it; there can be only one.
    """
    provider = {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:oidc-provider/{ISSUER}"}
    resources = {} if provider_exists else {"Provider": _provider()}
    policies = {
        "Inspection": _inspection(),
        "Deployment": _deployment(),
        "Baking": _baking(),
        "Cleaning": _cleaning(),
    }
    for name, statements in policies.items():
        resources[f"{name}Role"] = _role(name, provider, statements)
        if not provider_exists:
            resources[f"{name}Role"]["DependsOn"] = "Provider"
    # CloudFormation detects drift with the caller's permissions, and reads the configuration of every kind of resource.
    reader = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"}
    resources["InspectionRole"]["Properties"]["ManagedPolicyArns"] = [reader]
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Crackling Cloud: roles for deployments from GitHub",
        "Parameters": {
            "SubjectPrefix": {
                "Type": "String",
                "AllowedPattern": r"repo:[\w.@-]+/[\w.@-]+",
                "Description": "Start of the subjects of the repository's identities: repo:OWNER/NAME",
            }
        },
        "Resources": resources,
        "Outputs": {f"{name}RoleArn": {"Value": {"Fn::GetAtt": [f"{name}Role", "Arn"]}} for name in policies},
    }


def _provider() -> dict[str, Any]:
    # Without thumbprints: AWS checks GitHub's certificate against its own list of authorities.
    return {
        "Type": "AWS::IAM::OIDCProvider",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"Url": f"https://{ISSUER}", "ClientIdList": ["sts.amazonaws.com"]},
    }


def _role(name: str, provider: object, statements: list[Statement]) -> dict[str, Any]:
    subjects = [{"Fn::Sub": f"${{SubjectPrefix}}:environment:{one}"} for one in ENVIRONMENTS[name]]
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "Description": f"Crackling Cloud, GitHub environments: {', '.join(ENVIRONMENTS[name])}",
            "MaxSessionDuration": SESSION_SECONDS[name],
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Federated": provider},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                        "Condition": {
                            "StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": subjects}
                        },
                    }
                ],
            },
            "Policies": [
                {"PolicyName": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}
            ],
        },
    }


def _allow(actions: list[str], *resources: str, **condition: Mapping[str, object]) -> Statement:
    where = [{"Fn::Sub": one} if "$" in one else one for one in resources]
    return {
        "Effect": "Allow",
        "Action": [{"Fn::Sub": one} if "$" in one else one for one in actions],
        "Resource": where[0] if len(where) == 1 else where,
    } | ({"Condition": condition} if condition else {})


def _deny_but(action: str, *resources: str) -> Statement:
    where = [{"Fn::Sub": one} for one in resources]
    return {"Effect": "Deny", "Action": action, "NotResource": where}


def _inspection() -> list[Statement]:
    """Return permissions to read configuration but no data, and to create change sets but not to execute them."""
    return [
        _NO_DATA,
        _deny_but("s3:GetObject", _PREVIEWS),
        # CloudFormation reads these with the caller's permissions when it creates a change set or detects drift.
        _deny_but("ssm:GetParameter*", *_PARAMETERS_OF_TEMPLATES),
        _allow(
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
            _SERVICE,
            _BUILDER,
        ),
        _allow(["cloudformation:DescribeStackResource"], _TOOLKIT),
        _allow(["cloudformation:DescribeStackDriftDetectionStatus"], "*"),
        _allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], _PREVIEWS),
    ]


def _deployment() -> list[Statement]:
    """Return permissions to assume the CDK's roles, to read deployed templates, and to delete the stages of pull requests."""
    ephemeral = [one.replace(f"-{_STAGE_ANY}/", f"-{names.PULL_REQUEST}-*/") for one in (_SERVICE, _BUILDER)]
    return [
        *_cdk_roles("deploy", "file-publishing", "lookup"),
        _allow(["cloudformation:DescribeStacks", "cloudformation:GetTemplate"], _SERVICE, _BUILDER),
        _allow(["cloudformation:DeleteStack"], *ephemeral),
        *_preflight(),
    ]


def _preflight() -> list[Statement]:
    """Return permissions to ask for quotas and the like, as `preflight` does."""
    return [
        _allow(
            [
                "cloudfront:ListDistributions",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
                "freetier:GetAccountPlanState",
                "lambda:GetAccountSettings",
                "lambda:ListFunctions",
                "servicequotas:GetServiceQuota",
                "servicequotas:ListServiceQuotas",
            ],
            "*",
        ),
        _allow(["ssm:GetParameter"], _BOOTSTRAP_VERSION),
    ]


def _baking() -> list[Statement]:
    ours = {f"ec2:ResourceTag/{names.BOOT_TEST_TAG}": _STAGE_ANY}
    builders = {"ec2:ResourceTag/aws:cloudformation:stack-name": names.builder_stack(_STAGE_ANY)}
    return [
        *_cdk_roles("deploy", "file-publishing", "lookup"),
        _allow(["cloudformation:DescribeStacks", "cloudformation:DeleteStack"], _BUILDER),
        _allow(
            [
                "ec2:DescribeImages",
                "ec2:DescribeInstances",
                "ec2:DescribeInstanceStatus",
                "ec2:GetConsoleOutput",
            ],
            "*",
        ),
        _allow(["ec2:StopInstances"], _INSTANCES, StringLike=builders),
        _allow(["ec2:CreateImage"], _INSTANCES, StringLike=builders),
        _allow(["ec2:CreateImage"], _IMAGES, _SNAPSHOTS),
        _allow(
            ["ec2:CreateTags"],
            _IMAGES,
            _SNAPSHOTS,
            StringEquals={"ec2:CreateAction": "CreateImage"},
        ),
        _allow(["ec2:CreateTags"], _IMAGES, StringLike={f"ec2:ResourceTag/{names.IMAGE_TAG}": _STAGE_ANY}),
        *_boot_test(ours),
        _allow(
            ["ssm:GetParameter"],
            "arn:${AWS::Partition}:ssm:${AWS::Region}::parameter/aws/service/canonical/*",
        ),
        _allow(["ssm:GetParameter", "ssm:GetParameterHistory", "ssm:PutParameter"], _PARAMETER),
    ]


def _boot_test(ours: Mapping[str, object]) -> list[Statement]:
    """Return permissions to start and terminate instances of boot tests: from our images only, without a role."""
    prefix = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:"
    request = {f"aws:RequestTag/{names.BOOT_TEST_TAG}": _STAGE_ANY}
    return [
        _allow(["ec2:RunInstances"], _INSTANCES, prefix + "volume/*", StringLike=request),
        _allow(["ec2:RunInstances"], _IMAGES, StringLike={f"ec2:ResourceTag/{names.IMAGE_TAG}": _STAGE_ANY}),
        _allow(
            ["ec2:RunInstances"],
            *(f"{prefix}{kind}/*" for kind in ("network-interface", "security-group", "subnet")),
            _SNAPSHOTS,
        ),
        _allow(
            ["ec2:CreateTags"],
            _INSTANCES,
            prefix + "volume/*",
            StringEquals={"ec2:CreateAction": "RunInstances"},
        ),
        _allow(["ec2:TerminateInstances"], _INSTANCES, StringLike=ours),
    ]


def _cleaning() -> list[Statement]:
    tagged = {f"ec2:ResourceTag/{names.IMAGE_TAG}": _STAGE_ANY}
    return [
        _allow(
            [
                "ec2:DescribeImages",
                "ec2:DescribeSnapshots",
                "ec2:DescribeInstances",
                "ec2:DescribeLaunchTemplates",
                "ec2:DescribeLaunchTemplateVersions",
                "ssm:DescribeParameters",
            ],
            "*",
        ),
        _allow(["ssm:GetParameterHistory"], _PARAMETER),
        _allow(["ec2:DeregisterImage", "ec2:DeleteSnapshot"], _IMAGES, _SNAPSHOTS, StringLike=tagged),
    ]


def _cdk_roles(*roles: str) -> list[Statement]:
    return [
        _allow(
            ["sts:AssumeRole"], *(_CDK + role + "-role-${AWS::AccountId}-${AWS::Region}" for role in roles)
        )
    ]
