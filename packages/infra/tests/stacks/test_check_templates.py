"""Test that the checkers run and report what they find."""

import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from crackling_infra.check_templates import findings, lint, nag
from crackling_infra.stand_ins import DEVELOPMENT, PRODUCTION, make_app


@pytest.mark.parametrize("context", [DEVELOPMENT, PRODUCTION], ids=["development", "production"])
def test_the_templates_pass(context, tmp_path):
    assert list(findings(make_app(context, tmp_path))) == []


def test_an_open_bucket_is_found():
    app = cdk.App()
    s3.Bucket(cdk.Stack(app, "Stack"), "Open")
    found = list(nag(app))
    assert any("Stack/Open/Resource: AwsSolutions-S1 " in finding for finding in found)


def test_a_property_that_does_not_exist_is_found(tmp_path):
    template = tmp_path / "broken.template.json"
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "blue"}}
    template.write_text(json.dumps({"Resources": {"Queue": queue}}))
    [finding] = lint(template)
    assert finding.startswith("broken.template.json: E3002 ")
    assert "Resources/Queue/Properties/Colour" in finding
