"""The role for inspection: it can do what preview and drift do, and it reads no data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from crackling_infra.stand_ins import PRODUCTION, make_app
from delivery.account.inspection import READS
from delivery.stacks.assembly import template_of
from policies import ACCOUNT, REGION, allows, role_statements

if TYPE_CHECKING:
    from pathlib import Path

STATEMENTS = role_statements("Inspection")
BUCKET = f"arn:aws:s3:::cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/CracklingStack-prod-StorageJobs"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:CracklingStack-prod-Api:*"
STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/CracklingStack-prod/1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:CracklingStack-prod-Api"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:CracklingStack-prod"
VIA_S3 = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("s3:PutObject", f"{BUCKET}/preview/preview-1.json", {}),
        ("s3:GetObject", f"{BUCKET}/preview/preview-1.json", {}),
        ("kms:Decrypt", KEY, VIA_S3),
        ("kms:GenerateDataKey", KEY, VIA_S3),
        ("cloudformation:CreateChangeSet", STACK, {}),
        ("cloudformation:DescribeChangeSet", STACK, {}),
        (
            "ssm:GetParameters",
            f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/cdk-bootstrap/hnb659fds/version",
            {},
        ),
        ("cloudformation:DetectStackDrift", STACK, {}),
        ("dynamodb:DescribeTable", TABLE, {}),
        ("lambda:GetFunction", FUNCTION, {}),
        ("s3:GetLifecycleConfiguration", "arn:aws:s3:::cracklingstack-prod-storagedata-1", {}),
        ("apigateway:GET", f"arn:aws:apigateway:{REGION}::/restapis/1/stages/api", {}),
        ("sns:GetTopicAttributes", f"{TOPIC}-MonitoringAlarms-1", {}),
    ],
)
def test_it_may_do_what_preview_and_drift_do(action: str, resource: str, context: dict[str, str]) -> None:
    assert allows(STATEMENTS, action, resource, context)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        *(("s3:" + action, "arn:aws:s3:::cracklingstack-prod-storagedata-1/jobs/1", {})
          for action in ("GetObject", "GetObjectVersion", "GetObjectAttributes", "PutObject", "DeleteObject")),
        ("s3:ListBucket", "arn:aws:s3:::cracklingstack-prod-storagedata-1", {}),
        ("s3:GetObject", f"{BUCKET}/0123.zip", {}),
        ("kms:Decrypt", KEY, {}),
        ("kms:Decrypt", KEY, {"kms:ViaService": f"ssm.{REGION}.amazonaws.com"}),
        *((f"dynamodb:{action}", TABLE, {})
          for action in ("BatchGetItem", "GetItem", "PartiQLSelect", "Query", "Scan")),
        *((f"dynamodb:{action}", f"{TABLE}/stream/1", {}) for action in ("GetRecords", "GetShardIterator")),
        *((f"logs:{action}", LOGS, {}) for action in (
            "FilterLogEvents", "GetLogEvents", "GetLogRecord", "GetQueryResults", "StartLiveTail", "StartQuery",
            "Unmask")),
        ("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:CracklingStack-prod-Scan", {}),
        ("sns:ListSubscriptionsByTopic", f"{TOPIC}-MailTopic-1", {}),
        ("sns:ListSubscriptions", "*", {}),
        *((f"cognito-idp:{action}", f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/1", {})
          for action in ("AdminGetUser", "DescribeIdentityProvider", "ListUsersInGroup")),
        ("cognito-idp:ListUsers", f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/1", {}),
        ("lambda:InvokeFunction", FUNCTION, {}),
        ("lambda:GetFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:other", {}),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:1", {}),
        ("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/crackling/ncbi-key", {}),
        ("apigateway:GET", f"arn:aws:apigateway:{REGION}::/apikeys", {}),
        ("cloudformation:ExecuteChangeSet", STACK, {}),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-lookup-role-{ACCOUNT}-{REGION}", {}),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/CracklingStack-prod-Api", {}),
    ],
)  # fmt: skip
def test_it_reads_no_data_and_changes_nothing(action: str, resource: str, context: dict[str, str]) -> None:
    assert not allows(STATEMENTS, action, resource, context)


def test_every_type_of_the_stack_can_be_read(tmp_path: Path) -> None:
    make_app(PRODUCTION, tmp_path).synth()
    resources = template_of(tmp_path / "cdk.out", "CracklingStack-prod")["Resources"]
    types = {one["Type"] for one in resources.values()}
    unread = {one for one in types if one.rpartition("::")[0] not in READS and not one.startswith("Custom::")}
    assert unread == set(), "add what CloudFormation needs to read them to READS"


def test_the_policy_fits_into_a_role() -> None:
    # IAM counts the characters of all policies of a role, without white space.
    assert len(json.dumps(STATEMENTS, separators=(",", ":"))) < 10_240
