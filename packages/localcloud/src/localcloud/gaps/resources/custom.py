"""Run the providers of custom resources.

Gap: moto starts the function without waiting, takes FAILED for success, supports neither Update nor Delete, and passes
booleans as booleans.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from localcloud.gaps.cloudformation.resource import Resource
from localcloud.gaps.emulator import current
from localcloud.gaps.functions import function_at
from localcloud.gaps.middleware import ANSWERS_PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.world import Properties, World


class CustomResourceError(Exception):
    """Raised when the provider answers FAILED or does not answer."""


class CustomResource(Resource):
    type = "AWS::CloudFormation::CustomResource"

    def create(self) -> str:
        return self._ask("Create", self.properties)

    def update(self, before: Properties) -> None:
        former = self.physical_resource_id
        self.physical_resource_id = self._ask(
            "Update", self.properties, OldResourceProperties=_as_strings(before)
        )
        if self.physical_resource_id != former:
            self._ask("Delete", before, PhysicalResourceId=former)

    def remove(self) -> None:
        self._ask("Delete", self.properties)

    def _ask(self, request: str, properties: Properties, **more: Any) -> str:  # noqa: ANN401
        """Send one request to the provider, wait for its answer and return the physical id."""
        if provider := _PROVIDERS.get(self.definition.type):
            return provider(self.world, request, properties, more) or self.name
        request_id = str(uuid.uuid4())
        event = {
            "RequestType": request,
            "RequestId": request_id,
            "ResponseURL": f"{self.world.endpoint}{ANSWERS_PATH}{request_id}",
            "StackId": self.definition.stack_id,
            "LogicalResourceId": self.definition.logical_id,
            "ResourceType": self.definition.type,
            "ServiceToken": properties["ServiceToken"],
            "ResourceProperties": _as_strings(properties),
        }
        if request != "Create":
            event["PhysicalResourceId"] = self.physical_resource_id
        emulator = current()
        outcome = emulator.runtime.invoke(
            function_at(properties["ServiceToken"]), json.dumps({**event, **more}).encode()
        )
        answer = emulator.answers.pop(request_id, None)
        if answer is None:
            raise CustomResourceError(f"{request}: the provider did not answer: {outcome.payload.decode()}")
        if answer["Status"] != "SUCCESS":
            raise CustomResourceError(f"{request}: {answer.get('Reason')}")
        self.attributes = {key: str(value) for key, value in (answer.get("Data") or {}).items()}
        return str(answer.get("PhysicalResourceId") or self.physical_resource_id or request_id)


def _as_strings(value: Any) -> Any:  # noqa: ANN401
    """Convert every scalar to a string, as CloudFormation does."""
    if isinstance(value, dict):
        return {key: _as_strings(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_strings(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _auto_delete_objects(world: World, request: str, properties: Properties, more: Properties) -> str:
    """Empty a bucket that is deleted (or no longer named), as the CDK's provider does, which is written in JavaScript."""
    bucket = properties["BucketName"]
    former = more.get("OldResourceProperties", {}).get("BucketName", bucket)
    doomed = bucket if request == "Delete" else former if former != bucket else None
    s3 = world.client("s3")
    tags = s3.get_bucket_tagging(Bucket=doomed)["TagSet"] if doomed else []
    if {"Key": "aws-cdk:auto-delete-objects", "Value": "true"} in tags:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=doomed):
            for version in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                s3.delete_object(Bucket=doomed, Key=version["Key"], VersionId=version["VersionId"])
    return str(bucket)


_PROVIDERS: dict[str, Callable[[World, str, Properties, Properties], str]] = {
    "Custom::S3AutoDeleteObjects": _auto_delete_objects,
}
"""Replacements for providers that are not written in Python. Any other such provider fails the deployment."""
