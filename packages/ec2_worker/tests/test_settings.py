from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from crackling_aws.names import settings_parameter
from crackling_aws.parameters import Parameters
from crackling_worker.settings import ConfigurationError, WorkerSettings, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_ssm import SSMClient

COMPLETE = {
    "JOBS_TABLE": "jobs",
    "GENOMES_TABLE": "genomes",
    "GENOME_BUCKET": "genome",
    "SCAN_QUEUE_URL": "https://queue",
    "NCBI_URL": "https://ncbi",
    "MAX_HOURS": "12",
}


@pytest.fixture
def ssm() -> Iterator[SSMClient]:
    with mock_aws():
        yield boto3.client("ssm")


def read(ssm: SSMClient, text: str) -> WorkerSettings:
    ssm.put_parameter(Name=settings_parameter("test"), Value=text, Type="String")
    return read_settings(Parameters(ssm), "test")


def test_they_are_read(ssm: SSMClient) -> None:
    assert read(ssm, json.dumps(COMPLETE)) == WorkerSettings(
        jobs_table="jobs", genomes_table="genomes", genome_bucket="genome", scan_queue_url="https://queue",
        ncbi_url="https://ncbi", max_hours=12,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["x", "[]", json.dumps(COMPLETE | {"MAX_HOURS": "long"}), json.dumps(COMPLETE | {"JOBS_TABLE": ""})],
)
def test_unusable_ones_are_told_with_their_parameter(ssm: SSMClient, text: str) -> None:
    with pytest.raises(ConfigurationError, match="/crackling/test/worker-settings: "):
        read(ssm, text)


def test_a_stage_that_is_not_deployed_is_told(ssm: SSMClient) -> None:
    with pytest.raises(ConfigurationError, match="no such parameter; deploy CracklingStack of stage test"):
        read_settings(Parameters(ssm), "test")
