"""Offer the local cloud as one object: start it, deploy to it, inspect what happened, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # hundreds of images that no test starts

from moto.moto_api._internal.models import moto_api_backend

from localcloud import deployed, gaps, images, launches, metering
from localcloud.bodies import Bodies
from localcloud.cdk import QUIET, Cdk
from localcloud.front import FrontDoor
from localcloud.gaps import emulator as running
from localcloud.gaps import machines, mail
from localcloud.gaps.functions import function_at, write_log
from localcloud.iam import principals, recorder
from localcloud.iam.evaluator import ALWAYS, PolicyEvaluator, Question
from localcloud.iam.policies import Policies
from localcloud.iam.principals import Principal
from localcloud.iam.report import IamReport, make_report
from localcloud.pump import Pump
from localcloud.runtime import Function, Invocation, Outcome, Runtime
from localcloud.server import Server
from localcloud.world import ACCOUNT, PARTITION, Credentials, World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType, TracebackType

    from localcloud.gaps.mail import Mail, OnMail
    from localcloud.launches import Launch, OnLaunch
    from localcloud.metering import Usage


class LocalCloud:
    """AWS on this machine, as far as this project needs it. A context manager; only one per process at a time.

    Ports: 0 takes a free one. `cdk` is the path of the CDK CLI, which bootstrap, deploy, diff and destroy need; what
    evaluates roles and policies (iam-simulate) is in the same `node_modules`.
    `concurrency` limits the simultaneous invocations of one function; `log_folder` keeps the functions' log files,
    `cache` their unpacked code and layers for the next start; `echo` prints their logs as they finish; `tell` is called with
    each line that the CDK CLI prints.
    The state is in memory, the bodies of objects are in temporary files; everything is gone afterwards.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        front_port: int = 8080,
        region: str = "us-east-1",
        cdk: Path | None = None,
        concurrency: int | None = None,
        log_folder: Path | None = None,
        cache: Path | None = None,
        echo: bool = False,
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._port, self._front_port, self._region = port, front_port, region
        self._cdk_path, self._concurrency, self._log_folder, self._echo = cdk, concurrency, log_folder, echo
        self._cache = cache
        self._tell = tell

    def __enter__(self) -> Self:
        gaps.install()
        self._folder = TemporaryDirectory(prefix="crackling-objects-")
        moto_api_backend.reset()
        self._forget()
        self._server = Server(self._port, (*gaps.MIDDLEWARE, metering.meter))
        self.world = World(self._server.endpoint, self._region)
        self._runtime = Runtime(
            self.world,
            log=self._log,
            concurrency=self._concurrency,
            log_folder=self._log_folder,
            cache=self._cache,
        )
        self._bodies = Bodies(Path(self._folder.name) / "objects")
        self._emulator = running.Emulator(self.world, self._runtime, self._bodies)
        running.enter(self._emulator)
        self._pump = Pump(self.world, self.invoke, self._generation)
        self._front = FrontDoor(
            self._front_port,
            self.world,
            self.invoke,
            generation=self._generation,
            distributions=lambda: deployed.distributions(self.world),
            may_read=self._may_read,
        )
        for part in (self._server, self._pump, self._front):
            part.start()
        images.seed(self.world)
        self._former_handler = _leave_in_order_when_terminated()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._front.expect_end()
        self._pump.stop()
        # Function processes first, since a poller waits for the invocation that it has begun.
        self._runtime.close()
        for part in (self._pump, self._front, self._server):
            part.close()
        running.leave()
        self._bodies.close()
        self._folder.cleanup()
        self._forget()
        if self._former_handler is not None:
            signal.signal(signal.SIGTERM, self._former_handler)

    @property
    def url(self) -> str:
        """Return the address of the deployed page, which has its API below /api."""
        return self._front.url

    def environment(self) -> dict[str, str]:
        """Return the variables that boto3, the CDK CLI or any AWS tool needs to use the local cloud."""
        return {**self.world.environment(), **QUIET}

    def client(self, service: str) -> Any:  # noqa: ANN401
        """Return a botocore client with the developer's credentials."""
        return self.world.client(service)

    # --- deployment, by the real CDK CLI ---

    def bootstrap(self) -> str:
        return self._cdk().bootstrap()

    def deploy(self, assembly: Path, stacks: Sequence[str] = ()) -> str:
        """Deploy a synthesised cloud assembly (cdk.out); return the CLI's output. Raises CdkError."""
        return self._cdk().deploy(assembly, stacks)

    def diff(self, assembly: Path, stacks: Sequence[str] = ()) -> tuple[bool, str]:
        """Return whether a deployment would change anything, and the CLI's output."""
        return self._cdk().diff(assembly, stacks)

    def destroy(self, assembly: Path, stacks: Sequence[str] = ()) -> str:
        return self._cdk().destroy(assembly, stacks)

    def _cdk(self) -> Cdk:
        return Cdk(self._cdk_cli(), self.world, self._tell)

    def _cdk_cli(self) -> Path:
        if self._cdk_path is None:
            raise ValueError(
                "LocalCloud(cdk=PATH) is needed to deploy and to evaluate roles: the path of the CDK CLI"
            )
        return self._cdk_path

    # --- what runs ---

    def invoke(self, function: str, event: bytes) -> Outcome:
        """Run a deployed function (name or ARN) with an event (JSON). Raises Throttled."""
        return self._runtime.invoke(function_at(function), event)

    def working_processes(self) -> list[int]:
        """Return the ids of the processes of functions that are at work, for tests that kill them."""
        return self._runtime.working_processes()

    def fire(self, rule: str) -> None:
        """Fire a schedule (an EventBridge rule's name) now."""
        self._pump.fire(rule)

    def outputs(self, stack: str) -> dict[str, str]:
        """Return a deployed stack's outputs."""
        found = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}

    # --- what happened ---

    def invocations(self) -> list[Invocation]:
        """Return every invocation so far: function, time, seconds, memory, billed milliseconds and GB-seconds."""
        return self._runtime.invocations()

    def usage(self) -> list[Usage]:
        """Return every request by a function so far that AWS would charge for."""
        return metering.usage()

    def iam_report(self) -> IamReport:
        """Report calls that a deployed role does not allow, and grants that no call has used so far."""
        policies = Policies(self.world)
        return make_report(
            recorder.recorded(),
            principals.principals(),
            self._evaluator(),
            of_role=policies.of_role,
            of_resource=policies.of_resource,
        )

    def _may_read(self, distribution: str, bucket: str) -> bool:
        """Return whether a bucket's policy lets CloudFront read it for a distribution."""
        arn = f"arn:{PARTITION}:s3:::{bucket}"
        if not (policy := Policies(self.world).of_resource(arn)):
            return False
        source = f"arn:{PARTITION}:cloudfront::{ACCOUNT}:distribution/{distribution}"
        question = Question(
            "cloudfront.amazonaws.com",
            "s3:GetObject",
            f"{arn}/key",
            ALWAYS | {"aws:SourceArn": source},
            attached=arn,
        )
        return self._evaluator().evaluate({arn: policy}, [question])[0].allowed

    def _evaluator(self) -> PolicyEvaluator:
        """Return iam-simulate, which is installed beside the CDK CLI."""
        return PolicyEvaluator(self._cdk_cli().parent.parent)

    def register(self, name: str, role: str, credentials: Credentials) -> None:
        """Compare the calls of another program (a worker run as a process) with a role as well."""
        principals.register(Principal(name, role), credentials)

    def launches(self) -> list[Launch]:
        """Return every EC2 instance that was started."""
        return launches.launches()

    def on_launch(self, listener: OnLaunch) -> None:
        """Call `listener` with each launch from now on."""
        launches.listen(listener)

    def mails(self) -> list[Mail]:
        """Return every email that SNS sent, including requests to confirm an address."""
        return mail.mails()

    def on_mail(self, listener: OnMail) -> None:
        """Call `listener` with each email from now on."""
        mail.listen(listener)

    def write_console(self, instance_id: str, text: str) -> None:
        """Set the console output of an instance."""
        machines.write_console(instance_id, text)

    def _generation(self) -> int:
        return self._emulator.generation

    def _log(self, function: Function, stream: str, text: str) -> None:
        write_log(function, stream, text)
        if self._echo:
            sys.stdout.write("".join(f"{function.name} | {line}\n" for line in text.splitlines()))

    @staticmethod
    def _forget() -> None:
        recorder.forget_all()
        principals.forget_all()
        launches.forget_all()
        machines.forget_all()
        mail.forget_all()
        metering.forget_all()


def _leave_in_order_when_terminated() -> Any:  # noqa: ANN401 - a signal handler
    """Make SIGTERM end the process as Ctrl-C does, through `__exit__`. Return the former handler if it was replaced."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(128 + signal.SIGTERM)

    if threading.current_thread() is not threading.main_thread():
        return None
    return signal.signal(signal.SIGTERM, leave)
