"""Test that a deployment is capped unless somebody says otherwise, and that the function can tell callers apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crackling_infra.context import SettingsError
from crackling_infra.settings import CAPS, read_settings

if TYPE_CHECKING:
    from templates import Synthesise, Template, Templates


def test_every_cap_is_on_by_default_and_a_client_has_no_more_than_all() -> None:
    for stage in ("dev", "staging", "pr-3"):
        caps = {cap.key: value for cap, value in read_settings({"stage": stage}.get, Path()).caps.items()}
        assert min(caps.values()) > 0
        for name in ("Jobs", "Bases", "Uploads", "Preparations", "DownloadGb"):
            assert caps[f"client{name}"] <= caps[f"daily{name}"]


def test_the_local_cloud_has_none() -> None:
    assert set(read_settings({"stage": "local"}.get, Path()).caps.values()) == {0}


def test_a_cap_is_set_by_its_key_and_told_to_the_function() -> None:
    assert [cap.variable for cap in CAPS[:2]] == ["CLIENT_JOBS", "DAILY_JOBS"]
    for cap in CAPS:
        assert read_settings({cap.key: "7"}.get, Path()).caps[cap] == 7


def test_a_firewall_is_an_option(development: Templates, synthesise: Synthesise) -> None:
    def acl(templates: Templates) -> str | None:
        [distribution] = templates[0].of("AWS::CloudFront::Distribution").values()
        found: str | None = distribution["DistributionConfig"].get("WebACLId")
        return found

    arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/rate/1234"
    assert (acl(development), acl(synthesise(webAcl=arn))) == (None, arn)
    with pytest.raises(SettingsError, match="webAcl"):
        read_settings({"webAcl": arn.replace("us-east-1", "eu-west-1")}.get, Path())


def test_the_distribution_proves_itself_by_the_key_that_the_function_knows(service: Template) -> None:
    [distribution] = service.of("AWS::CloudFront::Distribution").values()
    origins = distribution["DistributionConfig"]["Origins"]
    [header] = [one for origin in origins for one in origin.get("OriginCustomHeaders", [])]
    variables = service.functions()["api"]["Environment"]["Variables"]
    assert header == {"HeaderName": "x-crackling-page", "HeaderValue": variables["PAGE_KEY"]}
    assert variables["PAGE_KEY"] == {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}


def test_workers_are_capped_by_number_and_by_hours(service: Template) -> None:
    settings = read_settings(lambda _key: None, Path())
    assert (settings.workers_at_once, settings.daily_worker_hours) == (2, 26)
    variables = service.functions()["scheduler"]["Environment"]["Variables"]
    told = {name: variables[name] for name in ("WORKERS_AT_ONCE", "WORKER_HOURS", "DAILY_WORKER_HOURS")}
    assert told == {"WORKERS_AT_ONCE": "2", "WORKER_HOURS": "13", "DAILY_WORKER_HOURS": "26"}


def test_a_day_has_the_hours_of_a_worker_at_least() -> None:
    with pytest.raises(SettingsError, match=r"dailyWorkerHours.*13"):
        read_settings({"dailyWorkerHours": "12"}.get, Path())
    assert read_settings({"dailyWorkerHours": "13"}.get, Path()).daily_worker_hours == 13
    assert read_settings({"stage": "local"}.get, Path()).daily_worker_hours == 0
