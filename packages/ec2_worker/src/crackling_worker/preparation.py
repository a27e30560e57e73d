"""Run one preparation on this machine: the same steps as in the functions, one after the other."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from crackling.errors import InputError, TransferError
from crackling_aws.disks import is_full_disk
from crackling_aws.messages import PrepareGenome, ScanJob
from crackling_aws.preparation.annotation import no_annotation
from crackling_aws.preparation.download import Download
from crackling_aws.preparation.indexing import SHARD_BASES, IsslIndex, build_issl
from crackling_aws.preparation.progress import LostClaimError
from crackling_aws.preparation.release import Failure, Release
from crackling_aws.queues import Queue
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore
from crackling_worker.logs import LOGGER
from crackling_worker.supervisor import InterruptedWorkError, OverdueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.clients import Clients
    from crackling_aws.preparation.annotation import DownloadAnnotation
    from crackling_aws.preparation.download import DownloadFasta
    from crackling_worker.settings import WorkerSettings
    from crackling_worker.supervisor import Supervisor

MAX_RETRIES = 1  # on other machines; the reaper allows as many

logger = logging.getLogger(LOGGER)


class Outcome(IntEnum):
    """Name how a preparation ended; the value is the exit code."""

    READY = 0
    FAILED = 1  # for good: the genome's item says why
    RETRIED = 75  # handed to another machine (sysexits.h: EX_TEMPFAIL)


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """Prepare the genome `message.genome_id` under the claim `message.claim`."""

    message: PrepareGenome
    genomes: GenomeStore
    failure: Failure
    download: Download
    instance_id: str
    clock: Callable[[], float]

    def run(self, supervisor: Supervisor) -> Outcome:
        """Prepare the genome, or record why it failed. The process must end afterwards: see Supervisor."""
        try:
            supervisor.run(self._work)
        except LostClaimError as error:
            logger.warning("Stopped: %s", error)
            return Outcome.READY
        except InputError as error:
            return self._failed(str(error))
        except OverdueError as error:
            return self._failed(f"Preparing it was stopped: {error}")
        except TransferError as error:
            return self._again(str(error))
        except InterruptedWorkError as error:
            return self._again(f"Its machine was taken away: {error}")
        except Exception as error:
            logger.exception("Failed")
            if is_full_disk(error):
                return self._again("The disk of its machine was full")
            return self._again(f"An error on its machine stopped it ({type(error).__name__})")
        logger.info("Ready")
        return Outcome.READY

    def beat(self) -> None:
        """Record that this machine is alive and working. A lost heartbeat does no harm: the next one follows soon.

        Raises:
            LostClaimError: another preparation owns the genome, or none does.
        """
        genome_id, claim = self.message.genome_id, self.message.claim
        try:
            owned = self.genomes.launched(genome_id, claim, self.instance_id, self.clock())
        except (BotoCoreError, ClientError) as error:
            logger.warning("A heartbeat was lost: %s", error)
            return
        if not owned:
            raise LostClaimError(f"{genome_id} is not prepared under this claim any more")

    def _work(self) -> None:
        self.beat()
        self.download.run(self.message)

    def _failed(self, reason: str) -> Outcome:
        logger.error("Failed for good: %s", reason)
        self.failure.fail_preparation(self.message, reason)
        return Outcome.FAILED

    def _again(self, reason: str) -> Outcome:
        """Hand the genome to another machine, unless others have tried already.

        One whose index is built anew fails instead: another claim would lose what its jobs are pinned to.
        """
        genome_id, claim = self.message.genome_id, self.message.claim
        found = self.genomes.get(genome_id)
        if found is not None and found.damaged is not None:
            return self._failed(reason)
        if found is not None and found.attempts >= MAX_RETRIES:
            return self._failed(
                f"{reason}. {found.attempts + 1} machines tried. Try again; if that fails too, report the job's id."
            )
        now = self.clock()
        if self.genomes.retry(genome_id, claim, uuid.uuid4().hex, now + 1, now):
            logger.warning("Handed to another machine: %s", reason)
        return Outcome.RETRIED


def make_preparation(
    *,
    message: PrepareGenome,
    settings: WorkerSettings,
    clients: Clients,
    download_fasta: DownloadFasta,
    instance_id: str,
    clock: Callable[[], float],
    download_annotation: DownloadAnnotation = no_annotation,
) -> Preparation:
    """Return a preparation whose steps call each other instead of queues.

    `download_fasta` and `download_annotation` are passed to `Download`.
    """
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    objects = ObjectStore(clients.s3, settings.genome_bucket)
    release = Release(
        genomes=genomes, jobs=jobs, scans=Queue[ScanJob](clients.sqs, settings.scan_queue_url), clock=clock
    )
    failure = Failure(genomes=genomes, jobs=jobs, clock=clock)
    index = IsslIndex(
        genomes=genomes,
        objects=objects,
        release=release,
        failure=failure,
        build=partial(build_issl, SHARD_BASES),
        clock=clock,
    )
    download = Download(
        genomes=genomes,
        objects=objects,
        download_fasta=download_fasta,
        download_annotation=download_annotation,
        limit=None,
        proceed=index.run,
        failure=failure,
        clock=clock,
    )
    return Preparation(
        message=message,
        genomes=genomes,
        failure=failure,
        download=download,
        instance_id=instance_id,
        clock=clock,
    )
