"""Fire EventBridge rules that have a rate."""

from __future__ import annotations

import datetime
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localcloud.rates import RATE, rate_seconds
from localcloud.world import ACCOUNT, World

if TYPE_CHECKING:
    from localcloud.pump.mapping import Invoke


@dataclass(frozen=True)
class Schedule:
    """A rule that is due every `seconds`, and its targets: function ARN and input (None: the usual event)."""

    name: str
    arn: str
    seconds: int
    targets: tuple[tuple[str, str | None], ...]

    def fire(self, world: World, invoke: Invoke) -> None:
        """Call every target now."""
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": world.region,
            "resources": [self.arn],
            "detail": {},
        }
        for function, given in self.targets:
            invoke(function, (given or json.dumps(event)).encode())


def schedules(world: World) -> list[Schedule]:
    """Return all enabled rules with a rate. A template with any other schedule fails to deploy."""
    events = world.client("events")
    return [
        Schedule(
            name=rule["Name"],
            arn=rule["Arn"],
            seconds=rate_seconds(rule["ScheduleExpression"]),
            targets=tuple(
                (target["Arn"], target.get("Input"))
                for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
                if ":function:" in target["Arn"]
            ),
        )
        for rule in events.list_rules()["Rules"]
        if RATE.fullmatch(rule.get("ScheduleExpression", "")) and rule["State"] == "ENABLED"
    ]
