"""Emulate EventBridge. Gap: moto accepts any schedule and fires none. The pump fires rates; others fail the deployment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from localcloud.gaps.cloudformation.resource import ReplacementNeeded, Resource
from localcloud.rates import rate_seconds

if TYPE_CHECKING:
    from localcloud.world import Properties


class Rule(Resource):
    type = "AWS::Events::Rule"
    name_property = "Name"

    def create(self) -> str:
        if schedule := self.properties.get("ScheduleExpression"):
            rate_seconds(schedule)
        given = self.pick("Description", "EventBusName", "RoleArn", "ScheduleExpression", "State")
        if pattern := self.properties.get("EventPattern"):
            given["EventPattern"] = json.dumps(pattern)
        events = self.client("events")
        self.attributes = {"Arn": events.put_rule(Name=self.name, **given)["RuleArn"]}
        if targets := self.properties.get("Targets"):
            events.put_targets(Rule=self.name, Targets=targets, **self.pick("EventBusName"))
        return self.name

    def update(self, before: Properties) -> None:
        if any(before.get(key) != self.properties.get(key) for key in ("Name", "EventBusName")):
            raise ReplacementNeeded
        self._remove_targets(before)
        self.create()

    def remove(self) -> None:
        self._remove_targets(self.properties)
        self.client("events").delete_rule(Name=self.name, **self.pick("EventBusName"))

    def _remove_targets(self, properties: Properties) -> None:
        if identifiers := [target["Id"] for target in properties.get("Targets", [])]:
            self.client("events").remove_targets(Rule=self.name, Ids=identifiers, **self.pick("EventBusName"))
