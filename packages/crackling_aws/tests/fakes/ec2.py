from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fakes.errors import client_error

LAUNCHED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class FakeEC2:
    """Start instances, and refuse as EC2 does where moto does not: by type and zone, by token, by image.

    `refusals` maps (type, zone) to an error code; None stands for any zone, or for AWS's own choice of one.
    """

    zones: tuple[str, ...] = ("a", "b")
    images: tuple[str, ...] = ("ami-0123",)
    refusals: dict[tuple[str, str | None], str] = field(default_factory=dict)
    message: str = ""  # of these refusals; default: the code
    lose_answers: int = 0  # so many launches take effect, but their answers are lost
    instances: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    _tokens: dict[str, tuple[dict[str, Any], str]] = field(default_factory=dict)

    def describe_availability_zones(self, *, Filters: list[dict[str, Any]]) -> dict[str, Any]:
        assert {"Name": "state", "Values": ["available"]} in Filters
        return {"AvailabilityZones": [{"ZoneName": zone} for zone in self.zones]}

    def run_instances(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        token = request["ClientToken"]
        if not 1 <= len(token) <= 64:
            raise client_error("InvalidParameterValue", "RunInstances")
        if token in self._tokens:
            first, instance_id = self._tokens[token]
            if first != request:
                raise client_error("IdempotentParameterMismatch", "RunInstances")
            return {"Instances": [self.instances[instance_id]]}
        if request["ImageId"] not in self.images:
            raise client_error("InvalidAMIID.NotFound", "RunInstances")
        zone = request.get("Placement", {}).get("AvailabilityZone")
        for offer in ((request["InstanceType"], zone), (request["InstanceType"], "any")):
            if offer in self.refusals:
                error = client_error(self.refusals[offer], "RunInstances")
                error.response["Error"]["Message"] = self.message or self.refusals[offer]
                raise error
        instance = self._start(request)
        self._tokens[token] = request, instance["InstanceId"]
        if self.lose_answers:
            self.lose_answers -= 1
            raise client_error("InternalError", "RunInstances")
        return {"Instances": [instance]}

    def _start(self, request: dict[str, Any]) -> dict[str, Any]:
        instance_id = f"i-{len(self.instances):017x}"
        tags = next(one["Tags"] for one in request["TagSpecifications"] if one["ResourceType"] == "instance")
        state = {"Name": "pending"}
        self.instances[instance_id] = {
            "InstanceId": instance_id, "Tags": tags, "State": state, "LaunchTime": LAUNCHED,
        }  # fmt: skip
        return self.instances[instance_id]

    def terminate_instances(self, *, InstanceIds: list[str]) -> dict[str, Any]:
        for instance_id in InstanceIds:
            if instance_id not in self.instances:
                raise client_error("InvalidInstanceID.NotFound", "TerminateInstances")
            self.instances[instance_id]["State"] = {"Name": "shutting-down"}
        return {}

    def get_paginator(self, operation: str) -> FakeEC2:
        assert operation == "describe_instances"
        return self

    def paginate(self, *, Filters: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Yield one instance per page."""
        found = [one for one in self.instances.values() if all(_has(one, wanted) for wanted in Filters)]
        return [{"Reservations": [{"Instances": [one]}]} for one in found] or [{"Reservations": []}]


def _has(instance: dict[str, Any], wanted: dict[str, Any]) -> bool:
    name, values = wanted["Name"], wanted["Values"]
    if name == "instance-state-name":
        return instance["State"]["Name"] in values
    assert name.startswith("tag:"), name
    tags = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
    return tags.get(name.removeprefix("tag:")) in values
