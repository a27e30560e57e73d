"""Test that the checkers report what they find; the session lint-templates runs them on the stacks."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

from crackling_infra.check_templates import DEPLOYMENTS, WITHOUT_BUDGET, lint, nag
from crackling_infra.regions import SUPPORTED, WITHOUT_BUDGETS, WITHOUT_T2

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from templates import Templates


def test_every_supported_region_is_checked() -> None:
    for stage in ("dev", "prod"):
        regions = {
            region
            for context, regions in (*DEPLOYMENTS, WITHOUT_BUDGET)
            if context["stage"] == stage
            for region in regions
        }
        assert regions == set(SUPPORTED)


def test_some_regions_have_no_budgets(production: Templates, tmp_path: Path) -> None:
    path = tmp_path / "service.template.json"
    path.write_text(json.dumps(production[0].body))
    lines = list(lint(path, SUPPORTED))
    missing = re.compile("E3006 .* 'AWS::Budgets::Budget' does not exist in '(.+?)'")
    assert {region for line in lines for region in missing.findall(line)} == WITHOUT_BUDGETS
    assert all(missing.search(line) for line in lines)


def test_some_regions_lack_the_machine_that_bakes_but_not_what_a_bake_takes_instead(tmp_path: Path) -> None:
    def refusals(kind: str, regions: Collection[str]) -> list[str]:
        path = tmp_path / "machine.template.json"
        machine = {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-1", "InstanceType": kind}}
        path.write_text(json.dumps({"Resources": {"Machine": machine}}))
        return [line for line in lint(path, regions) if f"E3628 '{kind}'" in line]

    assert len(refusals("t2.nano", WITHOUT_T2)) == len(WITHOUT_T2)  # one for each
    assert not refusals("t2.nano", set(SUPPORTED) - WITHOUT_T2)
    assert not refusals("t3.nano", SUPPORTED)
    assert not refusals("t4g.nano", SUPPORTED)


def test_a_region_without_a_type_is_found(tmp_path: Path) -> None:
    template = tmp_path / "page.template.json"
    access = {"Type": "AWS::CloudFront::OriginAccessControl"}
    template.write_text(json.dumps({"Resources": {"Access": access}}))
    assert any(
        "does not exist in 'cn-north-1'" in line for line in lint(template, ["us-east-1", "cn-north-1"])
    )


def test_an_open_bucket_is_found() -> None:
    app = cdk.App()
    s3.Bucket(cdk.Stack(app, "Stack"), "Open")
    found = list(nag(app))
    assert any("Stack/Open/Resource: AwsSolutions-S1 " in finding for finding in found)


def test_a_property_that_does_not_exist_is_found(tmp_path: Path) -> None:
    template = tmp_path / "broken.template.json"
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "blue"}}
    template.write_text(json.dumps({"Resources": {"Queue": queue}}))
    [finding] = lint(template, ["us-east-1"])
    assert finding.startswith("broken.template.json: E3002 ")
    assert "Resources/Queue/Properties/Colour" in finding
