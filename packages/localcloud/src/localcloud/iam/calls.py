"""Convert a request to the actions, resources and condition keys for which IAM would check permission."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localcloud.world import PARTITION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, order=True)
class Call:
    """One action ("dynamodb:PutItem") on one resource (an ARN, or "*" for actions without resource-level permissions).

    `context` has the condition keys that this kind of request sets, sorted.
    """

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Request:
    """A request as moto understood it. `resource` is what moto takes it for, which is right only for S3.

    `tags` has the tags of each instance that the request names.
    """

    service: str
    operation: str
    region: str
    account: str
    resource: str
    parameters: dict[str, Any]
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

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
    resource, action = request.resource, f"s3:{request.operation}"
    given = request.parameters
    if keys := given.get("keys"):
        yield from (
            Call(action, f"{resource}/{key}") for key in keys
        )  # deletes several, which the body names
        return
    if (key := given.get("key")) and "/" not in resource:
        resource += f"/{key}"  # a form names its key in a field
    yield Call(action, resource, _context(("s3:prefix", given.get("prefix"))))


def _context(*keys: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, value) for key, value in keys if value is not None))


def _sns(request: Request) -> Iterator[Call]:
    given = request.parameters
    context = _context(("sns:Protocol", given.get("Protocol")), ("sns:Endpoint", given.get("Endpoint")))
    yield Call(f"sns:{request.operation}", str(given.get("TopicArn", "*")), context)


# The parts of an instance that IAM also checks when a request starts one.
_OF_AN_INSTANCE = ("instance", "volume", "network-interface", "subnet")


def _ec2(request: Request) -> Iterator[Call]:
    given, action = request.parameters, f"ec2:{request.operation}"
    if request.operation == "RunInstances":
        yield from _launch(request)
    elif request.operation.startswith("Describe"):
        yield Call(action, "*")
    else:
        ids = [value for key, value in given.items() if key.startswith("InstanceId")]
        for one in ids:
            tags = request.tags.get(one, {}).items()
            context = _context(*((f"aws:ResourceTag/{key}", value) for key, value in tags))
            yield Call(action, request.arn(f"instance/{one}"), context)
        if not ids:
            yield Call(action, "*")


def _launch(request: Request) -> Iterator[Call]:
    """Yield what starting an instance is checked for: each part of it, the image, the template, and the tags."""
    given = request.parameters
    template = given.get("LaunchTemplate.LaunchTemplateId")
    arn = request.arn(f"launch-template/{template}") if template else None
    tags = {kind: _context(*keys) for kind, keys in _requested_tags(given).items()}
    of_template = _context(("ec2:LaunchTemplate", arn))
    for part in _OF_AN_INSTANCE:
        context = tuple(sorted(of_template + tags.get(part, ())))
        yield Call("ec2:RunInstances", request.arn(f"{part}/new"), context)
    image = f"arn:{PARTITION}:ec2:{request.region}::image/{given.get('ImageId')}"
    yield from (Call("ec2:RunInstances", one, of_template) for one in (image, arn) if one)
    for kind, context in tags.items():
        created = tuple(sorted((*context, ("ec2:CreateAction", "RunInstances"))))
        yield Call("ec2:CreateTags", request.arn(f"{kind}/new"), created)


def _requested_tags(given: Mapping[str, str]) -> dict[str, list[tuple[str, str | None]]]:
    """Return the keys of the tags that a request gives to each kind of resource."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for name, kind in given.items():
        if tagged := re.fullmatch(r"(TagSpecification\.\d+)\.ResourceType", name):
            tags = re.compile(rf"{re.escape(tagged[1])}\.Tag\.(\d+)\.Key")
            numbers = [(key[1], value) for one, value in given.items() if (key := tags.fullmatch(one))]
            found[kind] = [
                (f"aws:RequestTag/{value}", given[f"{tagged[1]}.Tag.{number}.Value"])
                for number, value in numbers
            ]
    return found


_SERVICES = {"ec2": _ec2, "dynamodb": _dynamodb, "sqs": _sqs, "ssm": _ssm, "s3": _s3, "sns": _sns}
