"""Test that the checkers report what they find; the session lint-templates runs them on the stacks."""

import json

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

from crackling_infra.check_templates import lint, nag


def test_an_open_bucket_is_found() -> None:
    app = cdk.App()
    s3.Bucket(cdk.Stack(app, "Stack"), "Open")
    found = list(nag(app))
    assert any("Stack/Open/Resource: AwsSolutions-S1 " in finding for finding in found)


def test_a_property_that_does_not_exist_is_found(tmp_path) -> None:
    template = tmp_path / "broken.template.json"
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "blue"}}
    template.write_text(json.dumps({"Resources": {"Queue": queue}}))
    [finding] = lint(template)
    assert finding.startswith("broken.template.json: E3002 ")
    assert "Resources/Queue/Properties/Colour" in finding
