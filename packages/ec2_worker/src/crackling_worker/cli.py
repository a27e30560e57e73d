"""crackling-worker: prepare the genome that this instance was started for.

Without arguments the instance's tags name the genome, the claim and the stage. `crackling-worker GENOME --stage STAGE` takes
up the preparation of GENOME that is under way. Exit codes: 0 it is ready (or somebody else's), 1 it failed for good,
75 another machine will try, 2 a wrong call or a wrong deployment, 3 this machine is no worker: nothing names a genome.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crackling.errors import CracklingError
from crackling.ncbi.datasets import Ncbi
from crackling_aws.clients import AwsClients
from crackling_aws.messages import PrepareGenome
from crackling_aws.models.genomes import GenomeState
from crackling_aws.names import CLAIM_TAG, GENOME_TAG, STAGE_TAG
from crackling_aws.parameters import Parameters
from crackling_aws.stores.genomes import GenomeStore
from crackling_worker.logs import start_logging
from crackling_worker.metadata import Metadata, MetadataError
from crackling_worker.preparation import make_preparation
from crackling_worker.scratch import prepare_scratch
from crackling_worker.selftest import self_test
from crackling_worker.settings import read_settings
from crackling_worker.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crackling_worker.settings import WorkerSettings

MISUSED, IDLE = 2, 3


class Assignment(NamedTuple):
    """Name the preparation for this machine; `claim` is None if it is to be read from the genome's item."""

    stage: str
    genome_id: str
    claim: str | None


class AssignmentError(CracklingError):
    """Raised when a preparation requested by hand cannot be done."""


class IdleError(CracklingError):
    """Raised when nothing names a genome: the machine was started for something else, such as an image test."""


def run() -> None:
    """Run the program. It exits at once, even if threads are still busy with abandoned work."""
    code = main(sys.argv[1:])
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    logger = start_logging()
    try:
        if options.prepare_scratch:
            scratch = prepare_scratch(options.prepare_scratch, options.owner)
            logger.info("Scratch is %s on %s", scratch.folder, scratch.device or "the root volume")
            return 0
        if options.self_test:
            return self_test()
        metadata = Metadata()
        metadata.wait()
        return _prepare(_assignment(options, metadata), metadata)
    except IdleError as error:
        logger.info("Nothing to do: %s", error)
        return IDLE
    except (CracklingError, MetadataError) as error:
        logger.error("Not begun: %s", error)  # noqa: TRY400 - its reason is all there is to say
        return MISUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="crackling-worker", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("genome", nargs="?", metavar="GENOME", help="default: the tag of this instance")
    parser.add_argument("--stage", help="default: the tag of this instance")
    parser.add_argument("--self-test", action="store_true", help="prepare a tiny genome, check known scores")
    parser.add_argument(
        "--prepare-scratch", type=Path, metavar="FOLDER", help="mount the largest empty disk (needs root)"
    )
    parser.add_argument("--owner", help="with --prepare-scratch: whom the folder is given to")
    return parser


def _assignment(options: argparse.Namespace, metadata: Metadata) -> Assignment:
    stage = options.stage or metadata.tag(STAGE_TAG)
    genome_id = options.genome or metadata.tag(GENOME_TAG)
    if not genome_id:
        raise IdleError(f"this instance has no tag {GENOME_TAG}")
    if not stage:
        raise AssignmentError(f"this instance has no tag {STAGE_TAG}; say --stage")
    return Assignment(stage, genome_id, None if options.genome else metadata.tag(CLAIM_TAG))


def _prepare(assignment: Assignment, metadata: Metadata) -> int:
    if "AWS_REGION" not in os.environ:
        os.environ["AWS_DEFAULT_REGION"] = metadata.region()
    clients = AwsClients()
    parameters = Parameters(clients.ssm)
    settings = read_settings(parameters, assignment.stage)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    message = PrepareGenome(
        assignment.genome_id, assignment.claim or _claim_of(genomes, assignment.genome_id)
    )
    logger = start_logging(genome_id=message.genome_id, claim=message.claim)
    logger.info("Begun")
    ncbi, instance_id = _ncbi(settings, parameters), metadata.instance_id()
    preparation = make_preparation(
        message=message,
        settings=settings,
        clients=clients,
        download_fasta=ncbi.download_fasta,
        download_annotation=ncbi.download_annotation,
        instance_id=instance_id,
        clock=time.time,
    )
    supervisor = Supervisor(
        beat=preparation.beat,
        interruption=metadata.interruption,
        max_seconds=settings.max_hours * 3600,
    )
    return preparation.run(supervisor)


def _claim_of(genomes: GenomeStore, genome_id: str) -> str:
    found = genomes.get(genome_id)
    if found is None or found.claim is None or found.state is not GenomeState.PREPARING:
        raise AssignmentError(f"{genome_id}: is not being prepared; submit a job that names it")
    return found.claim


def _ncbi(settings: WorkerSettings, parameters: Parameters) -> Ncbi:
    key = settings.ncbi_key_parameter
    return Ncbi(settings.ncbi_url, parameters.get_secret(key) if key else None)
