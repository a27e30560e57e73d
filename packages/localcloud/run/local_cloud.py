"""Crackling Cloud on this machine: both stacks deployed to the local cloud, without an account.

`./scripts/run` builds layers and page, deploys the synthesised stacks with the CDK CLI, prepares phage lambda's genome (and
each FASTA named by --genome), prints the page's address and stays until Ctrl-C. State lives in memory and is gone afterwards.
`./scripts/run --once` submits the sample job through the API, prints its guides and ends.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import build
from crackling.cli.table import write_table
from crackling.errors import CracklingError
from crackling.results import Design, Target
from crackling_aws.names import LOCAL, image_parameter
from delivery.api_client import ApiClient, ApiError
from localcloud.cdk import CdkError
from localcloud.cloud import LocalCloud
from localcloud.standins.assemblies import StandInAssembly, phage_lambda
from localcloud.standins.ncbi import NcbiStandIn
from localcloud.workers import WorkerProcesses, seed_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from localcloud.gaps.mail import Mail

SAMPLE = build.ROOT / "sample"
SAMPLE_GENOME, SAMPLE_ACCESSION = "phage-lambda", "GCF_000840245.1"
STAGE = LOCAL
MAIL_DOMAIN = "example.org"
WORKER_IMAGE = image_parameter(STAGE)
INTERRUPTED = 130  # the exit code of what Ctrl-C keeps from its end


@dataclass(frozen=True)
class Deployment:
    """The stacks as deployed to a running local cloud; `settings` are what `assembly` was synthesised with."""

    cloud: LocalCloud
    assembly: Path
    settings: dict[str, str]
    ncbi: NcbiStandIn
    workers: WorkerProcesses

    @property
    def api(self) -> ApiClient:
        return ApiClient(f"{self.cloud.url}/api")


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def repository_workers(cloud: LocalCloud) -> WorkerProcesses:
    """Workers that run what lies in the repository; bowtie2 is the layer's."""
    programs = [str(path) for path in (build.ROOT / "build/layers").glob("cp*/bowtie2/bowtie2/bin")]
    variables = {
        "PATH": os.pathsep.join([*programs, os.environ.get("PATH", "")]),
        "PYTHONPATH": str(build.ROOT / "packages/ec2_worker/src"),
    }
    return WorkerProcesses(cloud, [sys.executable, "-m", "crackling_worker"], variables)


@contextmanager
def deployed(
    front_port: int = 8080,
    *,
    echo: bool = False,
    assemblies: Mapping[str, Path | StandInAssembly] | None = None,
    workers: Callable[[LocalCloud], WorkerProcesses] = repository_workers,
    **settings: str,
) -> Iterator[Deployment]:
    """Build what is not up to date, deploy both stacks to a local cloud, and end it all afterwards.

    `assemblies` are what NCBI's stand-in serves beside the sample (accession -> FASTA, or StandInAssembly), `workers` make
    processes of instances. `settings` are those of the stacks (`cdk synth -c key=value`), on top of what the local cloud needs.

    Raises:
        build.BuildError, CdkError: a step failed; the message is what it printed.
    """
    bowtie2 = build.can_build_bowtie2()
    with _step("layers and functions"):
        build.build_layers("--here", *([] if bowtie2 else ["--without", "bowtie2"]))
    with _step("page"):
        build.build_page()
    with _step("CDK"):
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
        with _step("synthesis"):
            settings = _settings(cloud, ncbi, bowtie2=bowtie2) | settings
            build.synthesise(assembly, settings)
        with _step("deployment"):
            cloud.bootstrap()
            cloud.deploy(assembly)
            seed_image(cloud, WORKER_IMAGE)
        yield Deployment(cloud, assembly, settings, ncbi, processes)


def _settings(cloud: LocalCloud, ncbi: NcbiStandIn, *, bowtie2: bool) -> dict[str, str]:
    endpoint = cloud.world.endpoint
    return {
        "stage": STAGE,
        "pythonVersion": f"{sys.version_info.major}.{sys.version_info.minor}",
        "architecture": build.architecture(),
        "pageOrigins": cloud.url,
        "uploadOrigins": f"{endpoint},{endpoint.replace('://', '://*.')}",
        "ncbiUrl": ncbi.url,
        "mailDomains": MAIL_DOMAIN,
        "bowtie2": "on" if bowtie2 else "off",
    }


@contextmanager
def _step(name: str) -> Iterator[None]:
    start = time.monotonic()
    sys.stderr.write(f"{name} ... ")
    sys.stderr.flush()
    yield
    say(f"{time.monotonic() - start:.1f} s")


def say_mail(mail: Mail) -> None:
    """What arrived, in a line: nothing leaves this machine."""
    link = re.search(r"https?://\S+", mail.text)
    say(f"mail to {mail.to}: {mail.subject}{f'  {link[0]}' if link else ''}")


def genome_id(path: Path) -> str:
    """What a FASTA file's genome is called: its name without endings."""
    name = re.sub(
        r"\.(gz|fa|fasta|fna)$", "", re.sub(r"\.gz$", "", path.name, flags=re.IGNORECASE), flags=re.IGNORECASE
    )
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:64] or "genome"


def preload(api: ApiClient, genome: str, name: str, fasta: Path) -> None:
    """Upload a genome as a user would, and wait until it is ready."""
    with _step(f"genome {genome}"):
        api.upload_genome(genome, name, fasta)
        api.wait_for_genome(genome)


def run_sample(api: ApiClient) -> None:
    """Submit the sample's query, wait, and print its guides."""
    job = api.submit(fasta=(SAMPLE / "cI.fa").read_text(), genome=SAMPLE_GENOME)
    say(f"job {job} ...")
    api.wait_for_job(job)
    rows = json.loads(api.export(job, "json"))
    targets = [Target(**{**row, "warnings": tuple(row["warnings"])}) for row in rows]
    write_table(Design(SAMPLE_GENOME, targets), sys.stdout)


def _mistake(options: argparse.Namespace) -> str | None:
    """What would fail only when all is built, which takes minutes."""
    for path in options.genome:
        if not path.is_file():
            return f"{path}: no such file"
    if not options.once and not _is_free(options.port):
        return f"port {options.port} is taken, or cannot be used; choose another with --port"
    return None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself does
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--genome", type=Path, action="append", default=[], metavar="FILE", help="FASTA, plain or gz"
    )
    parser.add_argument("--port", type=int, default=8080, help="of the page (default: 8080)")
    parser.add_argument("--once", action="store_true", help="run the sample job, print its guides, and end")
    parser.add_argument("--logs", action="store_true", help="print the functions' logs")
    options = parser.parse_args()
    if wrong := _mistake(options):
        parser.error(wrong)
    try:
        with deployed(0 if options.once else options.port, echo=options.logs) as deployment:
            preload(deployment.api, SAMPLE_GENOME, "Enterobacteria phage lambda", SAMPLE / "lambda_phage.fa")
            for path in options.genome:
                preload(deployment.api, genome_id(path), path.name, path)
            if options.once:
                run_sample(deployment.api)
            else:
                deployment.cloud.on_mail(say_mail)
                say(f"\nReady: {deployment.cloud.url}  (Ctrl-C ends it; nothing is kept)")
                threading.Event().wait()
    except (build.BuildError, CdkError, ApiError, CracklingError, OSError) as error:
        say(f"\nrun: error: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nended")
        return INTERRUPTED if options.once else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
