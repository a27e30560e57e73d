"""Emulate Lambda's resources.

Gap: moto's CloudFormation drops a function's layers, architectures, storage and log group, gives layer versions and
permissions no physical id, and cannot remove them.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from moto.awslambda.utils import get_backend

from localcloud.gaps.cloudformation.resource import ReplacementNeeded, Resource, tags_of
from localcloud.gaps.functions import credentials_of
from localcloud.iam import principals
from localcloud.iam.principals import Principal
from localcloud.world import ACCOUNT, Properties

_CONFIGURATION = ("Description", "Environment", "EphemeralStorage", "Handler", "Layers", "MemorySize", "Role",
                  "Runtime", "Timeout", "TracingConfig", "VpcConfig")  # fmt: skip
_FIXED = ("FunctionName", "PackageType")


class Function(Resource):
    type = "AWS::Lambda::Function"
    name_property = "FunctionName"

    def create(self) -> str:
        given = self.pick(*_CONFIGURATION, "Architectures", "DeadLetterConfig")
        given["VpcConfig"] = _vpc(given.get("VpcConfig", {}))
        answer = self.client("lambda").create_function(
            FunctionName=self.name, Code=self._code(), Tags=tags_of(self.properties), **given
        )
        self.attributes = {"Arn": answer["FunctionArn"]}
        self._complete()
        return self.name

    def update(self, before: Properties) -> None:
        if any(before.get(key) != self.properties.get(key) for key in _FIXED):
            raise ReplacementNeeded
        given = {"Environment": {"Variables": {}}, "Layers": [], **self.pick(*_CONFIGURATION)}
        given["VpcConfig"] = _vpc(given.get("VpcConfig", {}))
        self.client("lambda").update_function_configuration(FunctionName=self.name, **given)
        self.client("lambda").update_function_code(FunctionName=self.name, **self._code())
        self._complete()

    def _code(self) -> Properties:
        code = self.properties["Code"]
        if "ZipFile" not in code:
            return {key: code[key] for key in ("S3Bucket", "S3Key")}
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("index.py", code["ZipFile"])
        return {"ZipFile": stream.getvalue()}

    def _complete(self) -> None:
        reserved = self.properties.get("ReservedConcurrentExecutions")
        if reserved is None:
            self.client("lambda").delete_function_concurrency(FunctionName=self.name)
        else:
            self.client("lambda").put_function_concurrency(
                FunctionName=self.name, ReservedConcurrentExecutions=int(reserved)
            )
        self._register()
        model = get_backend(ACCOUNT, self.world.region).get_function(self.name)
        model.logs_group_name = self.properties.get("LoggingConfig", {}).get(
            "LogGroup", f"/aws/lambda/{self.name}"
        )

    def _register(self) -> None:
        principals.register(Principal(self.name, self.properties["Role"]), credentials_of(self.name))

    def remove(self) -> None:
        principals.forget(credentials_of(self.name).access_key)
        self.client("lambda").delete_function(FunctionName=self.name)


def _vpc(config: Properties) -> dict[str, Any]:
    return {key: config.get(key, []) for key in ("SubnetIds", "SecurityGroupIds")}


class LayerVersion(Resource):
    type = "AWS::Lambda::LayerVersion"
    name_property = "LayerName"

    def create(self) -> str:
        given = self.pick(
            "Content", "Description", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo"
        )
        answer = self.client("lambda").publish_layer_version(LayerName=self.name, **given)
        self.attributes = {"LayerVersionArn": answer["LayerVersionArn"]}
        return str(answer["LayerVersionArn"])

    def remove(self) -> None:
        name, version = self.physical_resource_id.split(":")[-2:]
        self.client("lambda").delete_layer_version(LayerName=name, VersionNumber=int(version))


class Permission(Resource):
    type = "AWS::Lambda::Permission"

    def create(self) -> str:
        given = self.pick("FunctionName", "Action", "Principal", "SourceArn", "SourceAccount")
        self.client("lambda").add_permission(StatementId=self.name, **given)
        return self.name

    def remove(self) -> None:
        function = self.properties["FunctionName"]
        self.client("lambda").remove_permission(FunctionName=function, StatementId=self.name)
