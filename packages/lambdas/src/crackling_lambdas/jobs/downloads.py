"""Tell the users of a job that its scores wait for the download of its genome's index."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.stores.jobs import JobStore
    from crackling_aws.stores.multipart import OnBytes

INTERVAL_SECONDS = 2.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class DownloadReports:
    """Write the downloads that a job waits for to its item."""

    jobs: JobStore
    clock: Callable[[], float]

    def __call__(self, job_id: str) -> OnBytes:
        """Return a function that notes the progress of a download every two seconds; a shorter one is not worth a write.

        A report that is lost does no harm: the next one follows soon.
        """
        latest = self.clock()

        def report(done: int, total: int) -> None:
            nonlocal latest
            now = self.clock()
            if now < latest + INTERVAL_SECONDS:
                return
            latest = now
            try:
                self.jobs.note_download(job_id, done, total, now)
            except (BotoCoreError, ClientError) as error:
                logger.warning("A report of the download for the job %s was lost: %s", job_id, error)

        return report
