"""Deploy the stack of an account from its template, without the CDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from crackling_aws import names
from delivery.program import DeliveryError
from delivery.stacks.cloudformation import Stacks
from delivery.waiting import wait_until

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef

    from delivery.waiting import Clock

NAME = "CracklingAccount"
VARIABLES = {
    "INSPECTION_ROLE_ARN": "InspectionRoleArn",
    "DEPLOYMENT_ROLE_ARN": "DeploymentRoleArn",
    "BAKING_ROLE_ARN": "BakingRoleArn",
    "CLEANING_ROLE_ARN": "CleaningRoleArn",
    "EPHEMERAL_ROLE_ARN": "EphemeralRoleArn",
}
"""Variable of the repository (Settings, Secrets and variables, Actions) -> output of the stack."""
REGION_VARIABLES = {"production": "AWS_REGION", "pull-requests": "EPHEMERAL_REGION"}
"""Purpose of an account -> the variable of its region."""

_SERVICE = names.service_stack("")
_GOOD = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


def deploy(
    cloudformation: CloudFormationClient, template: str, subject_prefix: str, clock: Clock
) -> dict[str, str]:
    """Create or update the account's stack and return its outputs.

    Raises:
        DeliveryError: CloudFormation has rolled it back.
    """
    stacks = Stacks(cloudformation, clock)
    if _request(cloudformation, template, subject_prefix, exists=stacks.status(NAME) is not None):

        def ended() -> str | None:
            status = stacks.status(NAME)
            return status if status is None or not status.endswith("_IN_PROGRESS") else None

        status = wait_until(ended, NAME, seconds=900, clock=clock)
        if status not in _GOOD:
            raise DeliveryError(f"{NAME} is {status}; its events in CloudFormation say why")
    return stacks.outputs(NAME)


def require_purpose(cloudformation: CloudFormationClient, purpose: str) -> None:
    """Check that an account is not used for something else already.

    Raises:
        DeliveryError: pull requests would be deployed beside what lasts, or the other way round.
    """
    pages = cloudformation.get_paginator("list_stacks").paginate()
    there = [
        one["StackName"]
        for page in pages
        for one in page["StackSummaries"]
        if one["StackStatus"] != "DELETE_COMPLETE"
    ]
    stages = [one.removeprefix(_SERVICE) for one in there if one.startswith(_SERVICE)]
    wrong = sorted(
        one for one in stages if (names.kind_of(one) == names.PULL_REQUEST) != (purpose == "pull-requests")
    )
    made_for = _purpose_of(Stacks(cloudformation).outputs(NAME)) if NAME in there else purpose
    if wrong or made_for != purpose:
        found = f"has the stages {', '.join(wrong)}" if wrong else f"is prepared for {made_for}"
        raise DeliveryError(
            f"this account {found}: stages of pull requests hold code that nobody has reviewed, and belong in an "
            f"account of their own; use credentials of another one for {purpose}"
        )


def _purpose_of(outputs: dict[str, str]) -> str:
    return "pull-requests" if VARIABLES["EPHEMERAL_ROLE_ARN"] in outputs else "production"


def _request(
    cloudformation: CloudFormationClient, template: str, subject_prefix: str, *, exists: bool
) -> bool:
    """Ask CloudFormation for the stack; return whether anything has to change."""
    parameters: list[ParameterTypeDef] = [{"ParameterKey": "SubjectPrefix", "ParameterValue": subject_prefix}]
    call = cloudformation.update_stack if exists else cloudformation.create_stack
    try:
        call(StackName=NAME, TemplateBody=template, Parameters=parameters, Capabilities=["CAPABILITY_IAM"])
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return False
        raise
    return True
