"""Test that the checkers run and report what they find."""

import json
import re

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from crackling_infra.check_templates import ALTERNATIVES, DEPLOYMENTS, findings, lint, nag
from crackling_infra.regions import SUPPORTED, WITHOUT_BUDGETS, WITHOUT_T2
from crackling_infra.stand_ins import DEVELOPMENT, PRODUCTION, make_app


@pytest.mark.parametrize("context", [DEVELOPMENT, PRODUCTION], ids=["development", "production"])
def test_the_templates_pass(context, tmp_path):
    assert list(findings(make_app(context, tmp_path), ["us-east-1"])) == []


def test_every_supported_region_is_checked():
    for stage in ("dev", "prod"):
        regions = {
            region
            for context, places in (*DEPLOYMENTS, *ALTERNATIVES)
            if context["stage"] == stage
            for region in places
        }
        assert regions == set(SUPPORTED)


def test_the_regions_lack_what_they_are_said_to_lack(production, tmp_path):
    service, machine = (tmp_path / f"{name}.template.json" for name in ("service", "machine"))
    for path, template in zip((service, machine), production, strict=True):
        path.write_text(json.dumps(template.body))
    budgets = [line for line in lint(service, SUPPORTED) if "E3006" in line]
    assert {
        re.search("'AWS::Budgets::Budget' does not exist in '(.+?)'", line)[1] for line in budgets
    } == WITHOUT_BUDGETS
    types = [line for line in lint(machine, WITHOUT_T2) if "E3628 't2.nano'" in line]
    assert len(types) == len(WITHOUT_T2)  # one for each
    assert not list(lint(machine, set(SUPPORTED) - WITHOUT_T2))


def test_a_region_without_a_type_is_found(tmp_path):
    template = tmp_path / "page.template.json"
    access = {"Type": "AWS::CloudFront::OriginAccessControl"}
    template.write_text(json.dumps({"Resources": {"Access": access}}))
    assert any(
        "does not exist in 'cn-north-1'" in line for line in lint(template, ["us-east-1", "cn-north-1"])
    )


def test_an_open_bucket_is_found():
    app = cdk.App()
    s3.Bucket(cdk.Stack(app, "Stack"), "Open")
    found = list(nag(app))
    assert any("Stack/Open/Resource: AwsSolutions-S1 " in finding for finding in found)


def test_a_property_that_does_not_exist_is_found(tmp_path):
    template = tmp_path / "broken.template.json"
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "blue"}}
    template.write_text(json.dumps({"Resources": {"Queue": queue}}))
    [finding] = lint(template, ["us-east-1"])
    assert finding.startswith("broken.template.json: E3002 ")
    assert "Resources/Queue/Properties/Colour" in finding
