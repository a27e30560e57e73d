"""Create functions in one way, and offer the methods by which the stack grants them access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from crackling_infra.acknowledge import acknowledge
from crackling_infra.constructs.grants import allow, allow_listing, allow_objects, allow_parameter
from crackling_infra.constructs.logs import log_group_of
from crackling_infra.settings import LAYERS, Settings, require_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import Duration
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_logs as logs
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_sns as sns
    from aws_cdk import aws_sqs as sqs

FULL_SCRATCH_MIB: Final = 10_240
ONE_CPU_MIB: Final = 1_769  # one full CPU (Lambda allots CPU by memory), up to six at 10,240 MB


class Function(lambda_.Function):
    """A function whose environment follows from its grants: each grant adds a variable with the resource's name."""

    def use_table(self, variable: str, table: dynamodb.ITable, *actions: str) -> None:
        """Allow DynamoDB `actions` ("GetItem", ...) on the table itself, never on `*`."""
        self.add_environment(variable, table.table_name)
        self._allow([f"dynamodb:{action}" for action in actions], table.table_arn)

    def use_queue(self, variable: str, queue: sqs.IQueue) -> None:
        """Allow sending to the queue; the event source grants receiving."""
        self.add_environment(variable, queue.queue_url)
        self._allow(["sqs:SendMessage"], queue.queue_arn)

    def use_objects(self, variable: str, bucket: s3.Bucket, prefix: str, *actions: str) -> None:
        """Allow S3 object `actions` ("GetObject", ...) on the keys that begin with `prefix` and no others."""
        assert self.role is not None
        self.add_environment(variable, bucket.bucket_name)
        allow_objects(self.role, bucket, prefix, *actions)

    def list_objects(self, bucket: s3.Bucket, prefix: str) -> None:
        """Allow listing below `prefix`."""
        assert self.role is not None
        allow_listing(self.role, bucket, prefix)

    def use_parameter(self, variable: str, name: str) -> None:
        """Allow reading the SSM parameter, a secret encrypted with the account's own key for parameters."""
        assert self.role is not None
        self.add_environment(variable, name)
        allow_parameter(self.role, name)

    def use_topic(
        self,
        variable: str,
        topic: sns.ITopic,
        action: str,
        conditions: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """Allow one SNS action ("Publish", ...) on the topic."""
        self.add_environment(variable, topic.topic_arn)
        self._allow([f"sns:{action}"], topic.topic_arn, conditions)

    def _allow(
        self,
        actions: list[str],
        resource: str,
        conditions: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        assert self.role is not None
        allow(self.role, actions, resource, conditions=conditions)


class Functions(Construct):
    """Create the layers, and every function from them."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.runtime = lambda_.Runtime(f"python{settings.python_version}", lambda_.RuntimeFamily.PYTHON)
        self._architecture = (
            lambda_.Architecture.ARM_64 if settings.architecture == "arm64" else lambda_.Architecture.X86_64
        )
        self._code = lambda_.Code.from_asset(require_folder(settings.functions_directory, "nox -s layers"))
        # If bowtie2 is switched off, its layer is neither built nor attached, and its queue stays empty.
        self._layers = {
            name: self._layer(name) for name in LAYERS if name != "bowtie2" or settings.bowtie2 == "on"
        }

    def _layer(self, name: str) -> lambda_.LayerVersion:
        folder = require_folder(self._settings.layers_directory / name, "nox -s layers")
        return lambda_.LayerVersion(
            self,
            f"{name.title()}Layer",
            code=lambda_.Code.from_asset(folder),
            compatible_runtimes=[self.runtime],
            compatible_architectures=[self._architecture],
        )

    def make(
        self,
        scope: Construct,
        construct_id: str,
        module: str,
        *,
        timeout: Duration,
        memory_mib: int,
        scratch_mib: int = 512,
        layers: tuple[str, ...] = (),
        environment: dict[str, str] | None = None,
        reserved_concurrency: int | None = None,
    ) -> Function:
        """Return a new function whose handler is `crackling_lambdas.handlers.<module>.handler`.

        It gets `memory_mib`, or what the account allows if that is less. `layers` are added to crackling and runtime, which every
        function has.
        """
        log_group = log_group_of(scope, construct_id, self._settings)
        role = _role(scope, f"{construct_id}Role", log_group)
        function = Function(
            scope,
            construct_id,
            runtime=self.runtime,
            architecture=self._architecture,
            code=self._code,
            handler=f"crackling_lambdas.handlers.{module}.handler",
            layers=[self._layers[name] for name in ("crackling", "runtime", *layers) if name in self._layers],
            timeout=timeout,
            memory_size=min(memory_mib, self._settings.lambda_limits.memory_mib),
            ephemeral_storage_size=Size.mebibytes(scratch_mib),
            tracing=lambda_.Tracing.ACTIVE,
            reserved_concurrent_executions=reserved_concurrency,
            role=role,
            log_group=log_group,
            environment=self._environment(module) | (environment or {}),
        )
        acknowledge(
            function,
            "The layers hold compiled code for the Python version that the settings name.",
            "Serverless-LambdaLatestVersion",
            "AwsSolutions-L1",
        )
        acknowledge(
            function,
            "No event is lost here: its source keeps it, retries and has a dead-letter queue or a next tick.",
            "Serverless-LambdaDLQ",
        )
        return function

    def _environment(self, module: str) -> dict[str, str]:
        return {
            "STAGE": self._settings.stage,
            "POWERTOOLS_SERVICE_NAME": module,
            "POWERTOOLS_METRICS_NAMESPACE": f"Crackling/{self._settings.stage}",
            "POWERTOOLS_LOG_LEVEL": "INFO",
        }


def _role(scope: Construct, construct_id: str, log_group: logs.LogGroup) -> iam.Role:
    """Return a new role for one function: AWS's managed policy would let it write to every log group."""
    role = iam.Role(scope, construct_id, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log_group.grant_write(role)
    acknowledge(role, "X-Ray's calls, and ListStreams, know no resources.", "AwsSolutions-IAM5[Resource::*]")
    return role
