"""Build the repository's stacks, deploy them to a local cloud, and give access to all parts of the deployment.

This connects localcloud, which imports no other package, with what the other packages build. `./scripts/run`, the
end-to-end tests, the benchmark of jobs and the tests of the worker's image start from `deployed`.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import build
from crackling_aws.names import GENOME_TAG, LOCAL, image_parameter, service_stack
from delivery.api_client import ApiClient
from localcloud.cloud import LocalCloud
from localcloud.standins.assemblies import StandInAssembly, phage_lambda
from localcloud.standins.ncbi import NcbiStandIn
from localcloud.workers import WorkerProcesses, seed_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SAMPLE = build.ROOT / "sample"
SAMPLE_GENOME, SAMPLE_ACCESSION = "phage-lambda", "GCF_000840245.1"
STAGE = LOCAL
MAIL_DOMAIN = "example.org"
WORKER_IMAGE = image_parameter(STAGE)
FIRST_USER = "admin@example.org"


@dataclass(frozen=True)
class User:
    """A user of a stage where people sign in; `client` is that of the page."""

    cloud: LocalCloud
    client: str
    email: str
    password: str

    def token(self) -> str:
        """Return a new access token, as scripts get it."""
        answer = self.cloud.client("cognito-idp").initiate_auth(
            ClientId=self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": self.email, "PASSWORD": self.password},
        )
        return str(answer["AuthenticationResult"]["AccessToken"])


@dataclass(frozen=True)
class Deployment:
    """The stacks as deployed to a running local cloud; `assembly` was synthesised with `settings`.

    Where people sign in, `user` is the first of them, an administrator.
    """

    cloud: LocalCloud
    assembly: Path
    settings: dict[str, str]
    ncbi: NcbiStandIn
    workers: WorkerProcesses
    user: User | None = None

    @property
    def api(self) -> ApiClient:
        return self.api_of(self.user)

    def api_of(self, user: User | None) -> ApiClient:
        """Return the API as a user has it, or somebody who is not signed in."""
        return ApiClient(f"{self.cloud.url}/api", token=user.token() if user else None)


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def repository_workers(cloud: LocalCloud) -> WorkerProcesses:
    """Return workers that run the repository's own code."""
    variables = {"PYTHONPATH": str(build.ROOT / "packages/ec2_worker/src")}
    return WorkerProcesses(cloud, [sys.executable, "-m", "crackling_worker"], GENOME_TAG, variables)


@contextmanager
def deployed(
    front_port: int = 8080,
    *,
    echo: bool = False,
    assemblies: Mapping[str, Path | StandInAssembly] | None = None,
    workers: Callable[[LocalCloud], WorkerProcesses] = repository_workers,
    **settings: str,
) -> Iterator[Deployment]:
    """Build what is not up to date, deploy both stacks to a local cloud, and end everything afterwards.

    Args:
        front_port: the port of the page and the API; 0 takes a free one.
        echo: print the functions' logs.
        assemblies: what NCBI's stand-in serves beside the sample (accession -> FASTA or StandInAssembly).
        workers: runs the programs of EC2 instances as processes.
        settings: settings of the stacks (`cdk synth -c key=value`) that override what the local cloud needs.

    Raises:
        build.BuildError: a part could not be built; the message is what the build printed.
        localcloud.cdk.CdkError: the deployment failed; the message is what the CDK printed.
    """
    bowtie2 = build.can_build_bowtie2()
    with step("layers and functions"):
        build.build_layers("--here", *([] if bowtie2 else ["--without", "bowtie2"]))
    with step("page"):
        build.build_page()
    with step("CDK"):
        build.npm(build.INFRA)
    with (
        NcbiStandIn(
            {SAMPLE_ACCESSION: phage_lambda(SAMPLE / "lambda_phage.fa"), **(assemblies or {})}
        ) as ncbi,
        LocalCloud(front_port=front_port, cdk=build.CDK, cache=build.UNPACKED, echo=echo) as cloud,
        workers(cloud) as processes,
        tempfile.TemporaryDirectory(prefix="crackling-cloud-") as folder,
    ):
        assembly = Path(folder) / "cdk.out"
        with step("synthesis"):
            settings = stage_settings(cloud, ncbi, bowtie2=bowtie2) | settings
            build.synthesise(assembly, settings)
        with step("deployment"):
            cloud.bootstrap()
            cloud.deploy(assembly)
            seed_image(cloud, WORKER_IMAGE)
        user = add_user(cloud, FIRST_USER, "admin") if settings.get("access") == "sign-in" else None
        yield Deployment(cloud, assembly, settings, ncbi, processes, user)


def add_user(cloud: LocalCloud, email: str, *groups: str) -> User:
    """Return a new user with a password that nobody else knows."""
    outputs, users = cloud.outputs(service_stack(STAGE)), cloud.client("cognito-idp")
    user = User(cloud, outputs["UserPoolClient"], email, f"Aa1!{secrets.token_urlsafe(12)}")
    who = {"UserPoolId": outputs["UserPool"], "Username": email}
    users.admin_create_user(**who, MessageAction="SUPPRESS")
    users.admin_set_user_password(**who, Password=user.password, Permanent=True)
    for group in groups:
        users.admin_add_user_to_group(**who, GroupName=group)
    return user


def stage_settings(cloud: LocalCloud, ncbi: NcbiStandIn, *, bowtie2: bool) -> dict[str, str]:
    """Return the settings that the stacks need on a local cloud."""
    return {
        "stage": STAGE,
        "account": "established",  # the local cloud has no quotas, and labs prepare large genomes on their own machines
        "pythonVersion": f"{sys.version_info.major}.{sys.version_info.minor}",
        "architecture": build.architecture(),
        "pageOrigins": cloud.url,
        "signInOrigin": cloud.url,
        "uploadOrigins": cloud.world.numeric_endpoint,
        "ncbiUrl": ncbi.url,
        "mailDomains": MAIL_DOMAIN,
        "bowtie2": "on" if bowtie2 else "off",
    }


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print a step's name, and its time when it has ended."""
    start = time.monotonic()
    sys.stderr.write(f"{name} ... ")
    sys.stderr.flush()
    yield
    say(f"{time.monotonic() - start:.1f} s")


def preload(api: ApiClient, genome: str, name: str, fasta: Path) -> None:
    """Upload a genome for all, as a user would, and wait until it is ready."""
    with step(f"genome {genome}"):
        api.upload_genome(genome, name, fasta, shared=True)
        api.wait_for_genome(genome)
