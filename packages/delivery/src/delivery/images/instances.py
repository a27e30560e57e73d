"""EC2 instances: the one that an image is created from, and the one that tests it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from delivery.program import DeliveryError
from delivery.waiting import SYSTEM_CLOCK, Clock, wait_until, with_retries

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

CHECKS_SECONDS, STOP_SECONDS = 15 * 60.0, 10 * 60.0
_ENDED = frozenset({"shutting-down", "terminated"})


@dataclass(frozen=True)
class Instances:
    ec2: EC2Client
    clock: Clock = SYSTEM_CLOCK

    def wait_for_checks(self, instance_id: str) -> None:
        """Wait until both status checks have passed: the one of the host and the one of the instance.

        Raises:
            DeliveryError: a check failed, or did not finish in time.
        """
        wait_until(
            lambda: self._checked(instance_id),
            f"2/2 status checks of {instance_id}",
            seconds=CHECKS_SECONDS,
            every=15,
            clock=self.clock,
        )

    def stop(self, instance_id: str) -> None:
        """Shut an instance down, so that its disk is consistent, and wait until it has stopped."""
        with_retries(
            lambda: self.ec2.stop_instances(InstanceIds=[instance_id]), instance_id, clock=self.clock
        )
        wait_until(
            lambda: True if self.state(instance_id) == "stopped" else None,
            f"stop of {instance_id}",
            seconds=STOP_SECONDS,
            clock=self.clock,
        )

    def run(self, request: dict[str, Any]) -> str:
        """Start exactly one instance, however often the call has to be repeated, and return its id."""
        token = uuid.uuid4().hex
        answer = with_retries(
            lambda: self.ec2.run_instances(MinCount=1, MaxCount=1, ClientToken=token, **request),
            "launch",
            clock=self.clock,
        )
        return answer["Instances"][0]["InstanceId"]

    def state(self, instance_id: str) -> str:
        found = self.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
        return found[0]["Instances"][0]["State"]["Name"] if found else "terminated"

    def console(self, instance_id: str) -> str:
        """Return the console output: so far, if the instance runs and is a Nitro instance; all of it, once it has ended."""
        latest = self.state(instance_id) in ("pending", "running")
        return self.ec2.get_console_output(InstanceId=instance_id, Latest=latest).get("Output", "")

    def terminate(self, instance_ids: list[str]) -> None:
        if instance_ids:
            with_retries(
                lambda: self.ec2.terminate_instances(InstanceIds=instance_ids),
                ", ".join(instance_ids),
                clock=self.clock,
            )

    def living(self, tag: str, value: str) -> list[str]:
        """Return the ids of the instances with this tag that have not ended."""
        return with_retries(
            lambda: self._living(tag, value), f"instances with {tag}={value}", clock=self.clock
        )

    def _living(self, tag: str, value: str) -> list[str]:
        pages = self.ec2.get_paginator("describe_instances").paginate(
            Filters=[{"Name": f"tag:{tag}", "Values": [value]}]
        )
        return [
            instance["InstanceId"]
            for page in pages
            for reservation in page["Reservations"]
            for instance in reservation["Instances"]
            if instance["State"]["Name"] not in _ENDED
        ]

    def _checked(self, instance_id: str) -> bool | None:
        found = self.ec2.describe_instance_status(InstanceIds=[instance_id], IncludeAllInstances=True)[
            "InstanceStatuses"
        ]
        if not found:
            return None
        status = found[0]
        if status["InstanceState"]["Name"] not in ("pending", "running"):
            raise DeliveryError(f"{instance_id} is {status['InstanceState']['Name']} before its checks ended")
        results = {status["InstanceStatus"]["Status"], status["SystemStatus"]["Status"]}
        if "impaired" in results:
            raise DeliveryError(f"{instance_id} failed a status check; look at its console and bake again")
        return True if results == {"ok"} else None
