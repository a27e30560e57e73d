"""Run workers as processes: each instance with a worker's tags runs the worker's program with that instance's metadata.

The process finds its tags and its role's credentials at a stand-in for the metadata service, so its calls are
compared with the role of the launch template's profile. When the process ends, the instance is terminated, as if the machine
had powered off; when the instance is terminated, its process is killed, as if the machine had been taken away.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from localcloud.iam import principals
from localcloud.iam.principals import Principal
from localcloud.standins.imds import MetadataStandIn
from localcloud.world import Credentials, World

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from localcloud.cloud import LocalCloud
    from localcloud.launches import Launch

PRINCIPAL = "Worker"
_POLL_SECONDS = 0.5
_GONE = ("shutting-down", "terminated")
# A real machine has none of these: its credentials come from its role, through the metadata service.
_OF_A_DEVELOPER = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_EC2_METADATA_DISABLED",
)


@dataclass
class Worker:
    """A worker's instance and its process; `log` is the process's output, once it has ended."""

    instance_id: str
    genome: str
    process: subprocess.Popen[bytes]
    exit_code: int | None = None
    log: str = ""


@dataclass
class WorkerProcesses:
    """Runs `command` for each launch of a worker from now on. A context manager.

    Workers are the instances that have `genome_tag`, which names their genome. `variables` are added to the environment of the
    processes.
    """

    cloud: LocalCloud
    command: Sequence[str]
    genome_tag: str
    variables: dict[str, str] = field(default_factory=dict)
    workers: list[Worker] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.cloud.on_launch(self._launched)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _launched(self, launch: Launch) -> None:
        """Start the worker in a thread of its own, since the launching call still blocks the emulator."""
        is_worker = self.genome_tag in dict(launch.tags) and launch.profile is not None
        if is_worker and not self._stop.is_set():
            thread = threading.Thread(target=self._run, args=(launch,), name=launch.instance_id, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, launch: Launch) -> None:
        world, ec2 = self.cloud.world, self.cloud.client("ec2")
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="worker-")))
            imds = stack.enter_context(_metadata(launch, world))
            with (folder / "log").open("wb") as log:
                process = subprocess.Popen(
                    self.command,
                    cwd=folder,
                    env=self._environment(imds.url, folder),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            worker = Worker(launch.instance_id, dict(launch.tags)[self.genome_tag], process)
            self.workers.append(worker)
            while process.poll() is None:
                if self._stop.wait(_POLL_SECONDS) or _state(ec2, launch.instance_id) in _GONE:
                    _end(process)
            worker.log = (folder / "log").read_text()
            worker.exit_code = process.returncode
        if not self._stop.is_set():
            ec2.terminate_instances(InstanceIds=[launch.instance_id])

    def _environment(self, metadata: str, folder: Path) -> dict[str, str]:
        points = {
            name: value
            for name, value in self.cloud.world.environment().items()
            if name not in _OF_A_DEVELOPER
        }
        return {
            **points,
            "AWS_ENDPOINT_URL": self.cloud.world.numeric_endpoint,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "TMPDIR": str(folder),
            **self.variables,
        }


def _metadata(launch: Launch, world: World) -> MetadataStandIn:
    """Return a metadata service for the instance, with new credentials for its role."""
    assert launch.profile is not None
    name = launch.profile.rsplit("/", 1)[-1]
    found = world.client("iam").get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    credentials = Credentials(f"ASIA{secrets.token_hex(8).upper()}", secrets.token_hex(20))
    principals.register(Principal(PRINCIPAL, found["Roles"][0]["RoleName"]), credentials)
    return MetadataStandIn(
        instance_id=launch.instance_id,
        region=world.region,
        tags=dict(launch.tags),
        credentials={
            "AccessKeyId": credentials.access_key,
            "SecretAccessKey": credentials.secret_key,
            "Token": credentials.session_token,
        },
    )


def _state(ec2: Any, instance_id: str) -> str:  # noqa: ANN401 - botocore makes its clients at run time
    [reservation] = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
    return str(reservation["Instances"][0]["State"]["Name"])


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process at once with everything it started, as if the machine had been taken away."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def seed_image(cloud: LocalCloud, parameter: str) -> str:
    """Register an image, point `parameter` to it as a bake would, and return its id."""
    image = cloud.client("ec2").register_image(Name=f"worker-{secrets.token_hex(4)}")["ImageId"]
    cloud.client("ssm").put_parameter(
        Name=parameter, Value=image, Type="String", DataType="aws:ec2:image", Overwrite=True
    )
    return str(image)
