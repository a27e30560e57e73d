"""Make the CloudFormation template of what an account needs before this repository can be deployed to it.

It has GitHub as identity provider, and roles without keys. A role can be assumed only by jobs of one repository that run in
certain environments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crackling_aws import names
from delivery.account.inspection import inspection
from delivery.account.policies import (
    ANY,
    BOOTSTRAP_VERSION,
    BUILDER,
    PUBLIC_IMAGES,
    QUALIFIER,
    SERVICE,
    allow,
    arn,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delivery.account.policies import Statement
    from delivery.stacks.assembly import Template

ISSUER = "token.actions.githubusercontent.com"
ENVIRONMENTS = {
    "Inspection": ("inspection",),
    "Deployment": ("production",),
    "Baking": ("baking",),
    "Cleaning": ("cleaning",),
    "Ephemeral": ("ephemeral",),
}
"""Role -> the environments of GitHub whose jobs may assume it."""
SESSION_SECONDS = {**dict.fromkeys(ENVIRONMENTS, 2 * 3600), "Baking": 4 * 3600}
"""Role -> its longest session. A bake waits for AWS longer than anything else."""
ROLES = {
    "production": ("Inspection", "Deployment", "Baking", "Cleaning"),
    "pull-requests": ("Ephemeral",),
}
"""Purpose of an account -> its roles. What pull requests deploy has not been reviewed, so it gets an account of its own."""
_CDK = arn("iam", f"role/cdk-{QUALIFIER}-", region="")
_PARAMETER = arn("ssm", "parameter" + names.image_parameter(ANY))
_INSTANCES = arn("ec2", "instance/*")
_IMAGES, _SNAPSHOTS = arn("ec2", "image/*", account=""), arn("ec2", "snapshot/*", account="")


def template(purpose: str = "production", *, provider_exists: bool = False) -> Template:
    """Return the template.

    Args:
        purpose: of the account, a key of `ROLES`.
        provider_exists: refer to the account's identity provider for GitHub instead of creating it; there can be only one.
    """
    provider = {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:oidc-provider/{ISSUER}"}
    resources = {} if provider_exists else {"Provider": _provider()}
    statements_of = {
        "Inspection": inspection,
        "Deployment": _deployment,
        "Baking": _baking,
        "Cleaning": _cleaning,
        "Ephemeral": _ephemeral,
    }
    policies = {name: statements_of[name]() for name in ROLES[purpose]}
    for name, statements in policies.items():
        resources[f"{name}Role"] = _role(name, provider, statements)
        if not provider_exists:
            resources[f"{name}Role"]["DependsOn"] = "Provider"
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


def _deployment() -> list[Statement]:
    """Return permissions to assume the CDK's roles, to read deployed templates, to test, and to ask what `preflight` asks."""
    return [
        *_cdk_roles("deploy", "file-publishing", "lookup"),
        allow(["cloudformation:DescribeStacks", "cloudformation:GetTemplate"], SERVICE, BUILDER),
        # The user that tests a stage where people sign in.
        allow(
            [
                "cognito-idp:AdminCreateUser",
                "cognito-idp:AdminDeleteUser",
                "cognito-idp:AdminSetUserPassword",
            ],
            arn("cognito-idp", "userpool/*"),
        ),
        *_preflight(),
    ]


def _ephemeral() -> list[Statement]:
    """Return the permissions of a deployment, and those to delete the stages of pull requests."""
    stages = [one.replace(f"-{ANY}/", f"-{names.PULL_REQUEST}-*/") for one in (SERVICE, BUILDER)]
    return [*_deployment(), allow(["cloudformation:DeleteStack"], *stages)]


def _preflight() -> list[Statement]:
    """Return permissions to ask for quotas and the like, as `preflight` does."""
    return [
        allow(
            [
                "cloudformation:DescribeType",
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
        allow(["ssm:GetParameter"], BOOTSTRAP_VERSION),
    ]


def _baking() -> list[Statement]:
    ours = {f"ec2:ResourceTag/{names.BOOT_TEST_TAG}": ANY}
    builders = {"ec2:ResourceTag/aws:cloudformation:stack-name": names.builder_stack(ANY)}
    return [
        *_cdk_roles("deploy", "file-publishing", "lookup"),
        allow(["cloudformation:DescribeStacks", "cloudformation:DeleteStack"], BUILDER),
        allow(
            [
                "ec2:DescribeImages",
                "ec2:DescribeInstances",
                "ec2:DescribeInstanceStatus",
                "ec2:DescribeInstanceTypes",
                "ec2:GetConsoleOutput",
                "freetier:GetAccountPlanState",
            ],
            "*",
        ),
        allow(["ec2:StopInstances"], _INSTANCES, StringLike=builders),
        allow(["ec2:CreateImage"], _INSTANCES, StringLike=builders),
        allow(["ec2:CreateImage"], _IMAGES, _SNAPSHOTS),
        allow(
            ["ec2:CreateTags"],
            _IMAGES,
            _SNAPSHOTS,
            StringEquals={"ec2:CreateAction": "CreateImage"},
        ),
        allow(["ec2:CreateTags"], _IMAGES, StringLike={f"ec2:ResourceTag/{names.IMAGE_TAG}": ANY}),
        *_boot_test(ours),
        allow(
            ["ssm:GetParameter"],
            PUBLIC_IMAGES,
        ),
        allow(["ssm:GetParameter", "ssm:GetParameterHistory", "ssm:PutParameter"], _PARAMETER),
    ]


def _boot_test(ours: Mapping[str, object]) -> list[Statement]:
    """Return permissions to start and terminate instances of boot tests: from our images only, without a role."""
    prefix = arn("ec2", "")
    request = {f"aws:RequestTag/{names.BOOT_TEST_TAG}": ANY}
    return [
        allow(["ec2:RunInstances"], _INSTANCES, prefix + "volume/*", StringLike=request),
        allow(["ec2:RunInstances"], _IMAGES, StringLike={f"ec2:ResourceTag/{names.IMAGE_TAG}": ANY}),
        allow(
            ["ec2:RunInstances"],
            *(f"{prefix}{kind}/*" for kind in ("network-interface", "security-group", "subnet")),
            _SNAPSHOTS,
        ),
        allow(
            ["ec2:CreateTags"],
            _INSTANCES,
            prefix + "volume/*",
            StringEquals={"ec2:CreateAction": "RunInstances"},
        ),
        allow(["ec2:TerminateInstances"], _INSTANCES, StringLike=ours),
    ]


def _cleaning() -> list[Statement]:
    tagged = {f"ec2:ResourceTag/{names.IMAGE_TAG}": ANY}
    return [
        allow(
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
        allow(["ssm:GetParameterHistory"], _PARAMETER),
        allow(["ec2:DeregisterImage", "ec2:DeleteSnapshot"], _IMAGES, _SNAPSHOTS, StringLike=tagged),
    ]


def _cdk_roles(*roles: str) -> list[Statement]:
    return [
        allow(["sts:AssumeRole"], *(_CDK + role + "-role-${AWS::AccountId}-${AWS::Region}" for role in roles))
    ]
