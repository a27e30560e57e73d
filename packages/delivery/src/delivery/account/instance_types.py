"""Instance types: what the region offers, and what the account's plan allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from delivery.program import DeliveryError
from delivery.waiting import error_code

if TYPE_CHECKING:
    from collections.abc import Collection

    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import InstanceTypeInfoTypeDef

    from delivery.account.clients import AccountClients

BUILDER_TYPES = {
    "x86_64": ("t2.nano", "t3.nano", "t3.micro", "t3.small"),
    "arm64": ("t4g.nano", "t4g.micro", "t4g.small"),
}
"""Architecture -> what an image can be baked on: the stack's own type, and then others, the cheapest first."""


def types_in_region(ec2: EC2Client, wanted: Collection[str]) -> dict[str, InstanceTypeInfoTypeDef]:
    """Return what EC2 says of those of the instance types that the region offers."""
    if not wanted:
        return {}
    pages = ec2.get_paginator("describe_instance_types").paginate(
        Filters=[{"Name": "instance-type", "Values": sorted(wanted)}]
    )
    return {one["InstanceType"]: one for page in pages for one in page["InstanceTypes"]}


def plan_of(clients: AccountClients) -> tuple[str, str]:
    """Return the account's plan and its status; accounts that are older than plans have none and pay for what they use."""
    try:
        answer = clients.freetier.get_account_plan_state()
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return "PAID", "ACTIVE"
        raise
    return answer["accountPlanType"], answer["accountPlanStatus"]


def is_on_free_plan(clients: AccountClients) -> bool:
    """Return whether EC2 starts only some types for the account; no if that cannot be asked."""
    try:
        return plan_of(clients)[0] == "FREE"
    except (ClientError, BotoCoreError):
        return False


def startable(clients: AccountClients, wanted: Collection[str]) -> dict[str, InstanceTypeInfoTypeDef]:
    """Return what EC2 says of those of the types that it would start for this account."""
    offered = types_in_region(clients.ec2, wanted)
    if all(one["FreeTierEligible"] for one in offered.values()) or not is_on_free_plan(clients):
        return offered
    return {name: one for name, one in offered.items() if one["FreeTierEligible"]}


def builder_type(clients: AccountClients, preferred: str, architecture: str) -> str:
    """Return the type to bake on: the preferred one if it can be started, or the cheapest other.

    Raises:
        DeliveryError: none of them can be started; the message says what to do.
    """
    candidates = list(dict.fromkeys([preferred, *BUILDER_TYPES[architecture]]))
    there = startable(clients, candidates)
    found = next((one for one in candidates if one in there), None)
    if found is None:
        raise DeliveryError(
            f"neither the region nor the account's plan has one of {', '.join(candidates)} to bake on; name a type that "
            "they have in the setting instanceType"
        )
    return found
