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
