from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crackling_worker.metadata import Metadata, MetadataError

if TYPE_CHECKING:
    from localcloud.standins.imds import MetadataStandIn

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]


def test_the_instance_tells_who_it_is(imds: MetadataStandIn) -> None:
    imds.tags = {"crackling:genome": "GCF_000840245.1"}
    metadata = Metadata(imds.url)
    assert metadata.instance_id() == imds.instance_id
    assert metadata.region() == "eu-west-1"
    assert metadata.tag("crackling:genome") == "GCF_000840245.1"
    assert metadata.tag("crackling:claim") is None
    assert len(imds.tokens) == 1


def test_a_token_that_ran_out_is_renewed(imds: MetadataStandIn) -> None:
    metadata = Metadata(imds.url)
    metadata.instance_id()
    imds.tokens.clear()
    assert metadata.instance_id() == imds.instance_id


def test_a_notice_is_read(imds: MetadataStandIn) -> None:
    metadata = Metadata(imds.url)
    assert metadata.interruption() is None
    imds.interruption = '{"action": "terminate", "time": "2026-01-01T00:02:00Z"}'
    assert metadata.interruption() == "AWS will terminate this spot instance at 2026-01-01T00:02:00Z"


@pytest.mark.parametrize("notice", ["", "soon", "{}", "[]", '"terminate"'])
def test_any_notice_is_a_notice(imds: MetadataStandIn, notice: str) -> None:
    imds.interruption = notice
    assert Metadata(imds.url).interruption() == "AWS will take this spot instance back"


def test_no_answer_is_no_notice_and_logged_once_an_outage(
    imds: MetadataStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    metadata = Metadata("http://127.0.0.1:1")
    assert [metadata.interruption(), metadata.interruption()] == [None, None]
    [line] = caplog.messages
    assert line.startswith(
        "Spot interruptions are not seen for the time being: The metadata service does not answer"
    )
    metadata._endpoint = imds.url
    assert metadata.interruption() is None
    metadata._endpoint = "http://127.0.0.1:1"
    assert metadata.interruption() is None
    assert caplog.messages == [line, line]


def test_it_waits_until_the_service_answers(imds: MetadataStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = Metadata("http://127.0.0.1:1")
    monkeypatch.setattr("time.sleep", lambda _seconds: setattr(metadata, "_endpoint", imds.url))
    metadata.wait()
    assert metadata.instance_id() == imds.instance_id


def test_elsewhere_than_on_an_instance_it_says_so() -> None:
    with pytest.raises(MetadataError, match="is this an EC2 instance"):
        Metadata("http://127.0.0.1:1").instance_id()


def test_the_service_is_where_boto3_looks_for_it(
    imds: MetadataStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"{imds.url}/")
    assert Metadata().instance_id() == imds.instance_id
