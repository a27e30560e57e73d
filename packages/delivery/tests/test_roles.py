"""Have an independent implementation of IAM decide what the roles of GitHub's jobs may do, conditions included."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from crackling_aws import names
from delivery.account.template import ROLES, template
from localcloud.iam.evaluator import PolicyEvaluator, Question
from localcloud.iam.templates import Roles

EVALUATOR = PolicyEvaluator(Path(__file__).parents[2] / "infra" / "node_modules")
# Each kind of account has roles of its own.
ACCOUNTS = [Roles(template(purpose), {"SubjectPrefix": "repo:owner/crackling"}) for purpose in ROLES]
ACCOUNT_OF = {role: account for account in ACCOUNTS for role in account}
HERE, ANYWHERE = "us-east-1:123456789012", "us-east-1:"
EC2 = f"arn:aws:ec2:{HERE}"
IMAGE, SNAPSHOT = f"arn:aws:ec2:{ANYWHERE}:image/ami-1", f"arn:aws:ec2:{ANYWHERE}:snapshot/snap-1"
INSTANCE, VOLUME = f"{EC2}:instance/i-1", f"{EC2}:volume/vol-1"
ASSETS = "arn:aws:s3:::cdk-hnb659fds-assets-123456789012-us-east-1"
DATA = "arn:aws:s3:::cracklingstack-prod-storagedata-1a2b"
TABLE = f"arn:aws:dynamodb:{HERE}:table/CracklingStack-prod-StorageJobs"
LOGS = f"arn:aws:logs:{HERE}:log-group:CracklingStack-prod-Api"
QUEUE = f"arn:aws:sqs:{HERE}:CracklingStack-prod-PipelineScanQueue"
FUNCTION = f"arn:aws:lambda:{HERE}:function:CracklingStack-prod-Api"
KEY = f"arn:aws:kms:{HERE}:key/1"
# What AWS lets everybody in an account do with the key that S3 uses by default.
S3_KEY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "kms:CallerAccount": "123456789012",
                    "kms:ViaService": "s3.us-east-1.amazonaws.com",
                }
            },
        }
    ],
}
VIA_S3 = {"kms:ViaService": "s3.us-east-1.amazonaws.com", "kms:CallerAccount": "123456789012"}

Case = tuple[str, str] | tuple[str, str, Mapping[str, str]]

# The users' sequences and guides, their addresses, secrets, and ways to get at them.
USER_DATA: list[Case] = [
    ("s3:GetObject", f"{DATA}/jobs/a/guides.csv"),
    ("s3:GetObjectVersion", f"{DATA}/jobs/a/guides.csv"),
    ("s3:GetObjectAttributes", f"{DATA}/jobs/a/guides.csv"),
    ("s3:PutObject", f"{DATA}/jobs/a/guides.csv"),
    ("s3:DeleteObject", f"{DATA}/jobs/a/guides.csv"),
    ("s3:PutBucketPolicy", DATA),
    *(
        (f"dynamodb:{action}", TABLE)
        for action in (
            "GetItem",
            "BatchGetItem",
            "Query",
            "Scan",
            "PartiQLSelect",
            "PartiQLUpdate",
            "PutItem",
        )
    ),
    ("dynamodb:ExportTableToPointInTime", TABLE),
    ("dynamodb:GetRecords", f"{TABLE}/stream/2026-01-01T00:00:00.000"),
    ("logs:FilterLogEvents", LOGS),
    ("logs:GetLogEvents", f"{LOGS}:log-stream:a"),
    ("logs:GetLogRecord", "*"),
    ("logs:GetQueryResults", "*"),
    ("logs:StartLiveTail", LOGS),
    ("logs:StartQuery", LOGS),
    ("sqs:ReceiveMessage", QUEUE),
    ("sqs:SendMessage", QUEUE),
    ("lambda:InvokeFunction", FUNCTION),
    ("lambda:UpdateFunctionCode", FUNCTION),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:a-1"),
    ("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/crackling/ncbi-key"),
    ("kms:Decrypt", KEY),
    ("sns:ListSubscriptionsByTopic", f"arn:aws:sns:{HERE}:CracklingStack-prod-MailTopic"),
    ("xray:BatchGetTraces", "*"),
]
# What would give a role more than it has.
POWERS: list[Case] = [
    ("iam:CreateRole", "arn:aws:iam::123456789012:role/a"),
    ("iam:PutRolePolicy", ACCOUNT_OF["DeploymentRole"].arn("DeploymentRole")),
    ("iam:AttachRolePolicy", ACCOUNT_OF["DeploymentRole"].arn("DeploymentRole")),
    ("iam:UpdateAssumeRolePolicy", ACCOUNT_OF["DeploymentRole"].arn("DeploymentRole")),
    ("iam:PassRole", "arn:aws:iam::123456789012:role/a", {"iam:PassedToService": "ec2.amazonaws.com"}),
    ("sts:AssumeRole", "arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-us-east-1"),
    ("sts:AssumeRole", "arn:aws:iam::123456789012:role/OrganizationAccountAccessRole"),
    ("cloudformation:UpdateStack", f"arn:aws:cloudformation:{HERE}:stack/CracklingStack-prod/1"),
    ("cloudformation:ExecuteChangeSet", f"arn:aws:cloudformation:{HERE}:stack/CracklingStack-prod/1"),
    ("cloudformation:DeleteStack", f"arn:aws:cloudformation:{HERE}:stack/CracklingStack-prod/1"),
    ("s3:PutObject", f"{ASSETS}/template.json"),
]


def question(role: str, case: Case) -> Question:
    action, resource, *context = case
    return ACCOUNT_OF[role].question(role, action, resource, context[0] if context else {})


def evaluated(role: str, cases: list[Case], allowed: bool) -> list[Case]:
    """Return the cases on which the evaluator has this verdict."""
    verdicts = EVALUATOR.evaluate(ACCOUNT_OF[role].policies, [question(role, case) for case in cases])
    return [case for case, verdict in zip(cases, verdicts, strict=True) if verdict.allowed is allowed]


def stack(name: str) -> str:
    return f"arn:aws:cloudformation:{HERE}:stack/{name}/1"


def cdk_role(name: str) -> str:
    return f"arn:aws:iam::123456789012:role/cdk-hnb659fds-{name}-role-123456789012-us-east-1"


@pytest.mark.parametrize("role", list(ACCOUNT_OF))
def test_no_role_reaches_the_users_data_or_secrets(role: str) -> None:
    assert evaluated(role, USER_DATA, allowed=True) == []


@pytest.mark.parametrize("role", list(ACCOUNT_OF))
def test_no_role_gives_itself_more(role: str) -> None:
    assert evaluated(role, POWERS, allowed=True) == []


def test_inspection_makes_change_sets_and_finds_drift() -> None:
    own: list[Case] = [
        (f"cloudformation:{action}", stack(name))
        for name in ("CracklingStack-prod", "Ec2Stack-prod")
        for action in (
            "CreateChangeSet",
            "DeleteChangeSet",
            "DescribeChangeSet",
            "DescribeStackResourceDrifts",
            "DescribeStacks",
            "DetectStackDrift",
            "DetectStackResourceDrift",
            "GetTemplate",
        )
    ]
    needed: list[Case] = [
        *own,
        ("cloudformation:DescribeStackDriftDetectionStatus", "*"),
        ("cloudformation:DescribeStackResource", stack("CDKToolkit")),
        ("s3:PutObject", f"{ASSETS}/preview/a.json"),
        ("s3:GetObject", f"{ASSETS}/preview/a.json"),
        ("s3:DeleteObject", f"{ASSETS}/preview/a.json"),
        ("ssm:GetParameters", f"arn:aws:ssm:{HERE}:parameter/cdk-bootstrap/hnb659fds/version"),
        # Reads of the configuration, which finding drift takes.
        ("dynamodb:DescribeTable", TABLE),
        ("sqs:GetQueueAttributes", QUEUE),
        ("lambda:GetFunction", FUNCTION),
        ("s3:GetEncryptionConfiguration", DATA),
        ("s3:GetLifecycleConfiguration", DATA),
        ("iam:GetRolePolicy", "arn:aws:iam::123456789012:role/CracklingStack-prod-ApiApiRole"),
    ]
    assert evaluated("InspectionRole", needed, allowed=False) == []


def test_inspection_uses_the_key_of_the_cdks_bucket_through_s3_only() -> None:
    policies = {**ACCOUNT_OF["InspectionRole"].policies, "key": S3_KEY}
    cases: list[tuple[Case, bool]] = [
        ((action, KEY, context), bool(context))
        for action in ("kms:Decrypt", "kms:GenerateDataKey")
        for context in (VIA_S3, {})
    ]
    questions = [
        Question(one.principal, one.action, one.resource, one.context, one.identity, attached="key")
        for one in (question("InspectionRole", case) for case, _ in cases)
    ]
    verdicts = EVALUATOR.evaluate(policies, questions)
    assert [verdict.allowed for verdict in verdicts] == [expected for _, expected in cases]


def test_inspection_takes_no_other_role() -> None:
    roles: list[Case] = [("sts:AssumeRole", cdk_role(name)) for name in ("deploy", "file-publishing")]
    assert evaluated("InspectionRole", roles, allowed=True) == []


@pytest.mark.parametrize("role", ["DeploymentRole", "EphemeralRole"])
def test_what_deploys_takes_the_cdks_roles_and_reads_what_is_deployed(role: str) -> None:
    needed: list[Case] = [
        *(("sts:AssumeRole", cdk_role(name)) for name in ("deploy", "file-publishing", "lookup")),
        ("cloudformation:DescribeStacks", stack("CracklingStack-pr-1")),
        ("cloudformation:GetTemplate", stack("CracklingStack-pr-1")),
        *(
            (f"cognito-idp:{action}", f"arn:aws:cognito-idp:{HERE}:userpool/us-east-1_a")
            for action in ("AdminCreateUser", "AdminDeleteUser", "AdminSetUserPassword")
        ),
    ]
    assert evaluated(role, needed, allowed=False) == []


@pytest.mark.parametrize("role", list(ACCOUNT_OF))
def test_no_role_lists_the_users_or_makes_administrators(role: str) -> None:
    cases: list[Case] = [
        (f"cognito-idp:{action}", f"arn:aws:cognito-idp:{HERE}:userpool/us-east-1_a")
        for action in (
            "AdminAddUserToGroup",
            "AdminGetUser",
            "AdminInitiateAuth",
            "ListUsers",
            "UpdateUserPool",
        )
    ]
    assert evaluated(role, cases, allowed=True) == []


def test_only_stages_of_pull_requests_are_deleted() -> None:
    others: list[Case] = [
        ("cloudformation:DeleteStack", stack(name))
        for name in ("CracklingStack-prod", "Ec2Stack-prod", "CracklingStack-dev", "CDKToolkit", "Other-pr-1")
    ]
    ours: list[Case] = [
        ("cloudformation:DeleteStack", stack(f"{name}-pr-1")) for name in ("CracklingStack", "Ec2Stack")
    ]
    assert evaluated("EphemeralRole", others, allowed=True) == []
    assert evaluated("EphemeralRole", ours, allowed=False) == []
    assert evaluated("DeploymentRole", [*others, *ours], allowed=True) == []


def test_baking_makes_an_image_of_the_builder_and_tests_it() -> None:
    builder = {"ec2:ResourceTag/aws:cloudformation:stack-name": "Ec2Stack-prod"}
    ours = {f"ec2:ResourceTag/{names.IMAGE_TAG}": "prod"}
    asked, tested = ({f"{kind}/{names.BOOT_TEST_TAG}": "1"} for kind in ("aws:RequestTag", "ec2:ResourceTag"))
    needed: list[Case] = [
        ("ec2:StopInstances", INSTANCE, builder),
        ("ec2:CreateImage", INSTANCE, builder),
        ("ec2:CreateImage", IMAGE),
        ("ec2:CreateImage", SNAPSHOT),
        ("ec2:CreateTags", IMAGE, {"ec2:CreateAction": "CreateImage"}),
        ("ec2:CreateTags", IMAGE, ours),
        ("ec2:RunInstances", INSTANCE, asked),
        ("ec2:RunInstances", VOLUME, asked),
        ("ec2:RunInstances", IMAGE, ours),
        *(
            ("ec2:RunInstances", f"{EC2}:{part}")
            for part in ("network-interface/eni-1", "security-group/sg-1", "subnet/subnet-1")
        ),
        ("ec2:CreateTags", INSTANCE, {"ec2:CreateAction": "RunInstances"}),
        ("ec2:TerminateInstances", INSTANCE, tested),
        ("ec2:GetConsoleOutput", INSTANCE),
        ("ssm:PutParameter", f"arn:aws:ssm:{HERE}:parameter{names.image_parameter('prod')}"),
        ("ssm:GetParameterHistory", f"arn:aws:ssm:{HERE}:parameter{names.image_parameter('prod')}"),
        ("cloudformation:DeleteStack", stack("Ec2Stack-prod")),
    ]
    assert evaluated("BakingRole", needed, allowed=False) == []


def test_baking_leaves_other_machines_and_images_alone() -> None:
    workers = {"ec2:ResourceTag/crackling:stage": "prod"}
    others: list[Case] = [
        ("ec2:StopInstances", INSTANCE, workers),
        ("ec2:CreateImage", INSTANCE, workers),
        ("ec2:TerminateInstances", INSTANCE, workers),
        ("ec2:TerminateInstances", INSTANCE),
        ("ec2:RunInstances", INSTANCE),
        ("ec2:RunInstances", IMAGE),
        ("ec2:CreateTags", INSTANCE),
        ("ec2:CreateTags", IMAGE),
        ("ec2:ModifyImageAttribute", IMAGE),
        ("ssm:PutParameter", f"arn:aws:ssm:{HERE}:parameter/crackling/prod/worker-settings"),
        ("cloudformation:DeleteStack", stack("CracklingStack-prod")),
    ]
    assert evaluated("BakingRole", others, allowed=True) == []


def test_cleaning_deletes_images_of_workers_only() -> None:
    ours = {f"ec2:ResourceTag/{names.IMAGE_TAG}": "prod"}
    deleting = (("ec2:DeregisterImage", IMAGE), ("ec2:DeleteSnapshot", SNAPSHOT))
    assert evaluated("CleaningRole", [(*one, ours) for one in deleting], allowed=False) == []
    others: list[Case] = [*deleting, ("ec2:TerminateInstances", INSTANCE, ours)]
    assert evaluated("CleaningRole", others, allowed=True) == []
