"""Map each resource type to the class that creates it."""

from __future__ import annotations

from typing import Any

from moto.cloudformation import parsing

from localcloud.gaps.cloudformation.resource import Resource, UnknownTypeError

WITHOUT_EFFECT = {
    "AWS::ApiGateway::Account": "the role with which API Gateway logs; the front door keeps no logs",
    "AWS::Budgets::Budget": "nothing costs anything here",
    "AWS::CDK::Metadata": "CDK's usage statistics",
    "AWS::CloudWatch::CompositeAlarm": "alarms are kept, never evaluated",
    "AWS::Lambda::EventInvokeConfig": "asynchronous invocations are not retried",
    "AWS::Logs::MetricFilter": "no metrics are made from logs",
}
"""Types that are accepted and do nothing, each with the reason. Ref is their generated name; GetAtt fails."""


class WithoutEffect(Resource):
    """A resource that exists in name only."""

    type = "LocalCloud::WithoutEffect"

    def create(self) -> str:
        return self.name

    def update(self, before: dict[str, Any]) -> None:
        """Do nothing, since there is nothing to change."""


def resolve(resource_type: str) -> type[Any]:
    """Return the class for a type: ours if there is one, else moto's. Raises UnknownTypeError."""
    if resource_type.startswith("Custom::"):
        resource_type = "AWS::CloudFormation::CustomResource"
    if ours := Resource.known.get(resource_type):
        return ours
    if resource_type in WITHOUT_EFFECT:
        return WithoutEffect
    if theirs := parsing.get_model_map().get(resource_type):
        return theirs
    raise UnknownTypeError(f"{resource_type} is not emulated; see localcloud.gaps.cloudformation.types")
