"""Test what holds for both stacks as a whole."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crackling_infra.stand_ins import DEVELOPMENT

if TYPE_CHECKING:
    from templates import Synthesise, Template, Templates

PACKAGE = Path(__file__).parents[2]
# Properties that name a resource within its account; attributes, API stages and metrics are not among them.
NAMES = {
    "AlarmName", "BucketName", "BudgetName", "DashboardName", "FunctionName", "GroupName", "LayerName",
    "LogGroupName", "Name", "QueueName", "RoleName", "TableName", "TopicName",
}  # fmt: skip
REGION = r"\b(?:us|eu|ap|sa|ca|me|af)-[a-z]+-\d\b"


def names(template: Template) -> set[str]:
    """Return the physical names that a template fixes, at any depth."""
    found = {template.stack}

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in NAMES and (isinstance(inner, str) or "Fn::Join" in inner):
                    found.add(str(inner))
                if key != "Dimensions":  # metrics' dimensions repeat other resources' names
                    walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    for resource in template.resources.values():
        walk(resource.get("Properties", {}))
    return found


def test_two_stages_share_no_name(development: Templates, production: Templates) -> None:
    first = set().union(*map(names, development))
    second = set().union(*map(names, production))
    assert len(first) == 5
    assert first.isdisjoint(second)


# Services whose names are unique in an account, across regions: the same stage in a second region must not want the same name.
GLOBAL_SERVICES = ("AWS::Budgets::", "AWS::CloudFront::", "AWS::IAM::")
NAME = re.compile(r"(Budget|Group|InstanceProfile|ManagedPolicy|Role|User)?Name")


def global_names(template: Template) -> dict[str, Any]:
    """Return the names that a template fixes for resources of such services, by logical id."""
    found = {}
    for logical_id, resource in template.resources.items():
        # A policy of a role is named within the role.
        if resource["Type"].startswith(GLOBAL_SERVICES) and resource["Type"] != "AWS::IAM::Policy":
            properties = resource["Properties"]
            configs = [one for one in properties.values() if isinstance(one, dict)]
            for holder in (properties, *configs):
                for key in filter(NAME.fullmatch, holder):
                    found[logical_id] = holder[key]
    return found


def test_every_name_that_is_global_to_an_account_carries_stage_and_region(production: Templates) -> None:
    found = {name: value for template in production for name, value in global_names(template).items()}
    assert {re.sub("[0-9A-F]{8}$", "", name) for name in found} >= {"PagePaths", "PageSecurityHeaders"}
    for name, value in found.items():
        assert "crackling-prod-" in json.dumps(value), name
        assert '{"Ref": "AWS::Region"}' in json.dumps(value), name


def test_no_output_is_exported_under_a_name_that_another_stage_wants(template: Template) -> None:
    assert not [name for name, output in template.body["Outputs"].items() if "Export" in output]


def test_the_same_source_gives_the_same_templates(synthesise: Synthesise, development: Templates) -> None:
    again = synthesise(**DEVELOPMENT)
    assert [t.body for t in again] == [t.body for t in development]


def stable(logical_id: str) -> str:
    """Return the logical id without its hash: a deployment of the API gets a new name with every change of the API."""
    return re.sub(r"(?<=^ApiRestDeployment).*", "", logical_id)


def test_logical_ids_do_not_depend_on_the_stage(synthesise: Synthesise, development: Templates) -> None:
    other = synthesise(stage="dev-anna")
    for first, second in zip(development, other, strict=True):
        assert set(map(stable, first.resources)) == set(map(stable, second.resources))


def test_nothing_names_an_account_or_a_region(template: Template) -> None:
    text = json.dumps(template.body)
    assert not re.findall(r"(?<!\d)\d{12}(?!\d)", text)
    assert not re.findall(REGION, text)


def test_the_source_names_no_account_region_network_or_image() -> None:
    own = rf"\b\d{{12}}\b|{REGION}|\b(?:vpc|ami|subnet|sg|key)-[0-9a-f]{{8,}}"
    sources = [*PACKAGE.glob("src/crackling_infra/**/*.py"), PACKAGE / "app.py", PACKAGE / "cdk.json"]
    assert len(sources) > 10
    for path in sources:
        if path.name != "regions.py":  # the list of the supported regions
            assert not re.findall(own, path.read_text()), path


def test_the_template_holds_no_more_than_cloudformation_takes(template: Template) -> None:
    assert len(template.resources) < 500
    assert len(json.dumps(template.body)) < 1_000_000
