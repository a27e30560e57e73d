"""Emulate CloudWatch. Gap: moto's CloudFormation lacks alarms. Alarms are stored; nothing here publishes metrics for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.gaps.cloudformation.resource import Resource

if TYPE_CHECKING:
    from localcloud.world import Properties


class Alarm(Resource):
    type = "AWS::CloudWatch::Alarm"
    name_property = "AlarmName"

    def create(self) -> str:
        given = {key: value for key, value in self.properties.items() if key not in ("AlarmName", "Tags")}
        if "Threshold" in given:
            given["Threshold"] = float(given["Threshold"])
        self.client("cloudwatch").put_metric_alarm(AlarmName=self.name, **given)
        self.attributes = {"Arn": self.arn("cloudwatch", f"alarm:{self.name}")}
        return self.name

    def update(self, before: Properties) -> None:  # noqa: ARG002
        self.create()

    def remove(self) -> None:
        self.client("cloudwatch").delete_alarms(AlarmNames=[self.name])
