from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from crackling_aws.parameters import MissingParameterError
from crackling_lambdas.genomes.ncbi import NcbiClient
from fakes.errors import client_error
from localcloud.standins.ncbi import NcbiStandIn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAMBDA = "GCF_000840245.1"
NAME = "/crackling/ncbi-key"


@dataclass
class Ssm:
    values: dict[str, str] = field(default_factory=dict)

    def get_parameter(self, **request: Any) -> dict[str, Any]:
        assert request["WithDecryption"]
        if (name := request["Name"]) not in self.values:
            raise client_error("ParameterNotFound", "GetParameter")
        return {"Parameter": {"Value": self.values[name]}}


@pytest.fixture
def ncbi(tmp_path: Path) -> Iterator[NcbiStandIn]:
    (fasta := tmp_path / "l.fa").write_text(">l\nACGT\n")
    with NcbiStandIn({LAMBDA: fasta}) as stand_in:
        yield stand_in


def keyed(ncbi: NcbiStandIn, ssm: Ssm, name: str = NAME) -> NcbiClient:
    settings = SimpleNamespace(ncbi_url=ncbi.url, ncbi_key_parameter=name)
    return NcbiClient(settings=settings, clients=SimpleNamespace(ssm=ssm))


def keys_of(ncbi: NcbiStandIn) -> set[str | None]:
    return {asked.headers.get("api-key") for asked in ncbi.asked}


pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1", "localhost"])]


def test_a_new_key_is_used_without_a_restart(ncbi: NcbiStandIn) -> None:
    ssm = Ssm({NAME: "old"})
    client = keyed(ncbi, ssm)
    client.assembly(LAMBDA)
    assert keys_of(ncbi) == {"old"}
    ssm.values[NAME] = "new"
    ncbi.asked.clear()
    client.search(LAMBDA, 5)
    assert keys_of(ncbi) == {"new"}


def test_without_a_parameter_there_is_no_key(ncbi: NcbiStandIn) -> None:
    keyed(ncbi, Ssm(), name="").assembly(LAMBDA)
    assert keys_of(ncbi) == {None}


def test_a_missing_key_stops_only_what_asks(ncbi: NcbiStandIn) -> None:
    client = keyed(ncbi, Ssm())
    with pytest.raises(MissingParameterError, match=NAME):
        client.assembly(LAMBDA)
    assert ncbi.asked == []
