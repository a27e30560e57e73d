"""Query NCBI with the API key that the parameter holds at that time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from crackling.ncbi import Ncbi, RetryPolicy
from crackling_aws.parameters import Parameters

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from crackling.ncbi import Assembly
    from crackling_aws.clients import Clients
    from crackling_aws.preparation.download import OnProgress

# For the scheduler, which retries later anyway: at most half a minute of the two that it has for a genome.
BRIEF_RETRY_POLICY = RetryPolicy(connect_seconds=3, silence_seconds=5, attempts=2, total_wait_seconds=5)


class NcbiSettings(Protocol):
    """Hold the settings that a function needs for NCBI."""

    @property
    def ncbi_url(self) -> str: ...
    @property
    def ncbi_key_parameter(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class NcbiClient:
    """Query NCBI as `crackling.ncbi.Ncbi` does. A missing key only fails the requests themselves, not the start of a function."""

    settings: NcbiSettings
    clients: Clients
    retry_policy: RetryPolicy | None = None

    def assembly(self, accession: str) -> Assembly:
        return self._ncbi().assembly(accession)

    def search(self, text: str, limit: int) -> list[Assembly]:
        return self._ncbi().search(text, limit)

    def download_fasta(self, accession: str, progress: OnProgress) -> AbstractContextManager[BinaryIO]:
        return self._ncbi().download_fasta(accession, progress)

    def download_annotation(self, accession: str) -> AbstractContextManager[BinaryIO | None]:
        return self._ncbi().download_annotation(accession)

    def _ncbi(self) -> Ncbi:
        name = self.settings.ncbi_key_parameter
        key = Parameters(self.clients.ssm).get_secret(name) if name else None
        return Ncbi(self.settings.ncbi_url, key, self.retry_policy)
