"""The stack of an account, deployed from its template without the CDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

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
}
"""Variable of the repository (Settings, Secrets and variables, Actions) -> output of the stack. AWS_REGION is another one."""

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
