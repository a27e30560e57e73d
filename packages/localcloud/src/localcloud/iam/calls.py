"""Convert a request to the actions and resources for which IAM would check permission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localcloud.world import PARTITION

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, order=True)
class Call:
    """One action ("dynamodb:PutItem") on one resource (an ARN, or "*" for actions without resource-level permissions)."""

    action: str
    resource: str


@dataclass(frozen=True)
class Request:
    """A request as moto understood it. `resource` is what moto takes it for, which is right only for S3."""

    service: str
    operation: str
    region: str
    account: str
    resource: str
    parameters: dict[str, Any]

    def arn(self, resource: str) -> str:
        return f"arn:{PARTITION}:{self.service}:{self.region}:{self.account}:{resource}"


_TRANSACTION = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem",
                "ConditionCheck": "ConditionCheckItem"}  # fmt: skip


def calls_of(request: Request) -> Iterator[Call]:
    """Yield the calls that a request counts as: several for a transaction or a batch."""
    described = _SERVICES.get(request.service)
    if described:
        yield from described(request)
    else:
        yield Call(f"{request.service}:{request.operation}", "*")


def _dynamodb(request: Request) -> Iterator[Call]:
    given, operation = request.parameters, request.operation
    if items := given.get("TransactItems"):
        for item in items:
            for kind, details in item.items():
                yield Call(f"dynamodb:{_TRANSACTION[kind]}", _table(request, details["TableName"]))
    elif tables := given.get("RequestItems"):
        for table in tables:
            yield Call(f"dynamodb:{operation}", _table(request, table))
    else:
        table = _table(request, given["TableName"]) if "TableName" in given else "*"
        index = f"/index/{given['IndexName']}" if "IndexName" in given else ""
        yield Call(f"dynamodb:{operation}", table + index)


def _table(request: Request, name: str) -> str:
    return name if name.startswith("arn:") else request.arn(f"table/{name}")


def _sqs(request: Request) -> Iterator[Call]:
    queue = str(request.parameters.get("QueueUrl", request.parameters.get("QueueName", "*"))).rsplit("/", 1)[
        -1
    ]
    yield Call("sqs:" + request.operation.removesuffix("Batch"), request.arn(queue))


def _ssm(request: Request) -> Iterator[Call]:
    given = request.parameters
    for name in given.get("Names") or [given.get("Name") or given.get("Path") or "*"]:
        yield Call(f"ssm:{request.operation}", request.arn(f"parameter/{name.lstrip('/')}"))


def _s3(request: Request) -> Iterator[Call]:
    resource = request.resource
    if (key := request.parameters.get("key")) and "/" not in resource:
        resource += f"/{key}"  # a form names its key in a field
    elif request.operation == "DeleteObject" and "/" not in resource:
        resource += "/*"  # deletes several keys, which the body names
    yield Call(f"s3:{request.operation}", resource)


def _sns(request: Request) -> Iterator[Call]:
    yield Call(f"sns:{request.operation}", str(request.parameters.get("TopicArn", "*")))


# The parts of an instance that IAM also checks when a request starts one.
_OF_AN_INSTANCE = ("instance", "volume", "network-interface", "subnet")


def _ec2(request: Request) -> Iterator[Call]:
    given, action = request.parameters, f"ec2:{request.operation}"
    if request.operation == "RunInstances":
        resources = [request.arn(f"{part}/new") for part in _OF_AN_INSTANCE]
        resources.append(f"arn:{PARTITION}:ec2:{request.region}::image/{given.get('ImageId')}")
        if template := given.get("LaunchTemplate.LaunchTemplateId"):
            resources.append(request.arn(f"launch-template/{template}"))
        yield from (Call(action, resource) for resource in resources)
        tagged = [value for key, value in given.items() if key.endswith(".ResourceType")]
        yield from (Call("ec2:CreateTags", request.arn(f"{kind}/new")) for kind in tagged)
    elif request.operation.startswith("Describe"):
        yield Call(action, "*")
    else:
        ids = [value for key, value in given.items() if key.startswith("InstanceId")]
        yield from (Call(action, request.arn(f"instance/{one}")) for one in ids or ["*"])


_SERVICES = {"ec2": _ec2, "dynamodb": _dynamodb, "sqs": _sqs, "ssm": _ssm, "s3": _s3, "sns": _sns}
