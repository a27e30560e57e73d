"""Prepare an empty account, once, as its administrator: the CDK's own stack, GitHub's identities, and four roles without keys.

Repeating it brings the roles up to date. At the end it prints the variables that the repository's workflows want.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

import build
from delivery import account
from delivery.aws import FAULTS, Aws, connect
from delivery.program import DONE, DeliveryError, outcome, parser, say
from delivery.stacks import CdkCli, Stacks
from delivery.waiting import REAL, Clock, until

if TYPE_CHECKING:
    import argparse

    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef

VARIABLES = {
    "INSPECTION_ROLE_ARN": "InspectionRoleArn",
    "DEPLOYMENT_ROLE_ARN": "DeploymentRoleArn",
    "BAKING_ROLE_ARN": "BakingRoleArn",
    "CLEANING_ROLE_ARN": "CleaningRoleArn",
}
"""Of the repository (Settings, Secrets and variables, Actions) -> output of the stack. Beside them: AWS_REGION."""

_GOOD = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


def main(arguments: list[str] | None = None, aws: Aws | None = None, clock: Clock = REAL) -> int:
    options = _parse(arguments)
    return outcome(lambda: _run(options, aws, clock), build.BuildError, *FAULTS)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    asked = parser(__doc__)
    asked.add_argument("--repository", required=True, metavar="OWNER/NAME", help="whose workflows may deploy")
    asked.add_argument(
        "--subject-prefix",
        help="how its identities' subjects start, if not repo:OWNER/NAME (newer ones have ids)",
    )
    asked.add_argument(
        "--provider-exists", action="store_true", help="the account knows GitHub's identities already"
    )
    asked.add_argument("--no-cdk", action="store_true", help="the CDK is bootstrapped already")
    asked.add_argument("--dry-run", action="store_true", help="print the template, and change nothing")
    options = asked.parse_args(arguments)
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", options.repository):
        asked.error(f"{options.repository!r} is not OWNER/NAME")
    return options


def _run(options: argparse.Namespace, aws: Aws | None, clock: Clock) -> int:
    template = json.dumps(account.template(provider_exists=options.provider_exists), indent=1)
    if options.dry_run:
        sys.stdout.write(template + "\n")
        return DONE
    clients = aws or connect()
    region = clients.cloudformation.meta.region_name
    if not options.no_cdk:
        identity = boto3.client("sts").get_caller_identity()["Account"]
        CdkCli().bootstrap(f"aws://{identity}/{region}")
    prefix = options.subject_prefix or f"repo:{options.repository}"
    deploy(clients, template, prefix, clock)
    outputs = Stacks(clients.cloudformation, clock).outputs(account.STACK)
    say("The repository's variables (gh variable set NAME --body VALUE):")
    for name, value in {
        "AWS_REGION": region,
        **{key: outputs[one] for key, one in VARIABLES.items()},
    }.items():
        sys.stdout.write(f"{name}={value}\n")
    return DONE


def deploy(aws: Aws, template: str, prefix: str, clock: Clock) -> None:
    """Make or update the account's stack.

    Raises:
        DeliveryError: CloudFormation has undone it; the message has its reason.
    """
    parameters: list[ParameterTypeDef] = [{"ParameterKey": "SubjectPrefix", "ParameterValue": prefix}]
    stacks = Stacks(aws.cloudformation, clock)
    if stacks.status(account.STACK) is None:
        aws.cloudformation.create_stack(
            StackName=account.STACK,
            TemplateBody=template,
            Parameters=parameters,
            Capabilities=["CAPABILITY_IAM"],
        )
    else:
        try:
            aws.cloudformation.update_stack(
                StackName=account.STACK,
                TemplateBody=template,
                Parameters=parameters,
                Capabilities=["CAPABILITY_IAM"],
            )
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return
            raise

    def ended() -> str | None:
        status = stacks.status(account.STACK)
        return status if status is None or not status.endswith("_IN_PROGRESS") else None

    status = until(ended, account.STACK, seconds=900, clock=clock)
    if status not in _GOOD:
        raise DeliveryError(f"{account.STACK} is {status}; its events in CloudFormation tell why")


if __name__ == "__main__":
    sys.exit(main())
