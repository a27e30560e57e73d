"""What asking NCBI is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling.genomes import Ncbi, Patience
from crackling_aws.parameters import Parameters

if TYPE_CHECKING:
    from crackling_aws.clients import Clients
    from crackling_lambdas.handlers.settings import DownloaderSettings, SchedulerSettings


# Where the question is asked again anyway: half a minute at most, of the two that the scheduler has for a genome.
BRIEF = Patience(connect=3, silence=5, attempts=2, total=5)


def make_ncbi(
    settings: DownloaderSettings | SchedulerSettings, clients: Clients, patience: Patience | None = None
) -> Ncbi:
    name = settings.ncbi_key_parameter
    key = Parameters(clients.ssm).get_secret(name) if name else None
    return Ncbi(settings.ncbi_url, api_key=key, patience=patience)
