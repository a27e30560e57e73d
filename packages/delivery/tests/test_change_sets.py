from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from delivery.program import DeliveryError
from fakes.change_sets import ChangeSetWorld
from test_releasing import STACK, an_assembly

if TYPE_CHECKING:
    from pathlib import Path


def change(name: str, action: str, replacement: str | None = None) -> dict[str, Any]:
    described = {"Action": action, "LogicalResourceId": name, "ResourceType": "AWS::DynamoDB::Table"}
    return {
        "Type": "Resource",
        "ResourceChange": described | ({"Replacement": replacement} if replacement else {}),
    }


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    return an_assembly(tmp_path, "1")


def test_what_goes_away_comes_first(assembly: Path) -> None:
    changes = [
        change("New", "Add"),
        change("Same", "Modify", "False"),
        change("Perhaps", "Modify", "Conditional"),
        change("Other", "Modify", "True"),
        change("Gone", "Remove"),
    ]
    lines = [
        line
        for line in ChangeSetWorld(changes=changes).describe(assembly, STACK).splitlines()
        if line.startswith("- ")
    ]
    assert [line.partition(" (")[0] for line in lines] == [
        "- **removed**: `Gone`",
        "- **replaced**: `Other`",
        "- **may be replaced**: `Perhaps`",
        "- added: `New`",
        "- changed: `Same`",
    ]


@pytest.mark.parametrize(
    ("world", "text"),
    [
        (ChangeSetWorld(deployed=False), "Not deployed yet."),
        (
            ChangeSetWorld(refused="The submitted information didn't contain changes."),
            "Nothing would change.",
        ),
        (ChangeSetWorld(refused="No updates are to be performed."), "Nothing would change."),
    ],
)
def test_nothing_to_tell(world: ChangeSetWorld, text: str, assembly: Path) -> None:
    assert text in world.describe(assembly, STACK)


def test_a_refused_template_is_told_and_leaves_nothing(assembly: Path) -> None:
    with pytest.raises(DeliveryError, match="rejects the template: circular"):
        ChangeSetWorld(refused="circular dependency").describe(assembly, STACK)
