"""What asking NCBI is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling.genomes import Ncbi
from crackling_aws.parameters import Parameters

if TYPE_CHECKING:
    from crackling_aws.clients import Clients
    from crackling_lambdas.handlers.settings import DownloaderSettings, SchedulerSettings


def make_ncbi(settings: DownloaderSettings | SchedulerSettings, clients: Clients) -> Ncbi:
    name = settings.ncbi_key_parameter
    return Ncbi(settings.ncbi_url, api_key=Parameters(clients.ssm).get_secret(name) if name else None)
