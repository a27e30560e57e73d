"""Create functions in one way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from crackling_infra.acknowledge import acknowledge
from crackling_infra.constructs.grants import Grantee
from crackling_infra.constructs.logs import log_group_of
from crackling_infra.settings import LAYERS, Settings, require_folder

if TYPE_CHECKING:
    from aws_cdk import Duration
    from aws_cdk import aws_logs as logs

FULL_SCRATCH_MIB: Final = 10_240
ONE_CPU_MIB: Final = 1_769  # one full CPU (Lambda allots CPU by memory), up to six at 10,240 MB


class Function(lambda_.Function, Grantee):
    """A function whose environment follows from its grants."""

    @property
    def grantee_role(self) -> iam.IRole:
        assert self.role is not None
        return self.role

    def add_variable(self, variable: str, value: str) -> None:
        self.add_environment(variable, value)


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
        self._layers = {name: self._layer(name) for name in LAYERS if name != "bowtie2" or settings.bowtie2}

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
