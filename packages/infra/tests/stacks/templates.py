"""Read a synthesised template."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from crackling_lambdas import handlers
from crackling_lambdas.runtime import settings

if TYPE_CHECKING:
    from crackling_aws.settings import Settings

Resource = dict[str, Any]

MODULES = sorted(
    path.stem for path in Path(handlers.__path__[0]).glob("*.py") if not path.stem.startswith("_")
)
WITH_MAIL = "notifier"  # only a deployment that sends email has it
# Runs a test for each function in each deployment that has it.
each_function = pytest.mark.parametrize(
    ("service", "module"),
    [
        *(("development", module) for module in MODULES if module != WITH_MAIL),
        *(("production", module) for module in MODULES),
    ],
    indirect=["service"],
)


@dataclass(frozen=True)
class Template:
    """A stack's name and its template."""

    stack: str
    body: dict[str, Any]

    def of(self, kind: str) -> dict[str, Resource]:
        """Return the properties of all resources of a type, by logical id."""
        return {name: found["Properties"] for name, found in self.resources.items() if found["Type"] == kind}

    @property
    def resources(self) -> dict[str, Resource]:
        found: dict[str, Resource] = self.body["Resources"]
        return found

    def functions(self) -> dict[str, Resource]:
        """Return this project's functions by module; the CDK's own helpers have other handlers."""
        prefix = "crackling_lambdas.handlers."
        handlers = self.of("AWS::Lambda::Function").values()
        return {
            found["Handler"].removeprefix(prefix).removesuffix(".handler"): found
            for found in handlers
            if found["Handler"].startswith(prefix)
        }

    def function_id(self, module: str) -> str:
        wanted = self.functions()[module]
        return next(name for name, found in self.of("AWS::Lambda::Function").items() if found is wanted)

    def statements(self) -> dict[str, list[Resource]]:
        """Return the policy statements of every role, by the role's logical id."""
        found: dict[str, list[Resource]] = {name: [] for name in self.of("AWS::IAM::Role")}
        for name, role in self.of("AWS::IAM::Role").items():
            for policy in role.get("Policies", []):
                found[name] += policy["PolicyDocument"]["Statement"]
        for policy in self.of("AWS::IAM::Policy").values():
            for role in policy["Roles"]:
                found[role["Ref"]] += policy["PolicyDocument"]["Statement"]
        return found

    def role_of(self, module: str) -> str:
        return target(self.functions()[module]["Role"])


def settings_of(module: str) -> type[Settings]:
    """Return the class of a handler's settings, the one that it imports; importing the handler would run its layers' code."""
    source = (Path(handlers.__path__[0]) / f"{module}.py").read_text("utf-8")
    [name] = [
        alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module == settings.__name__
        for alias in node.names
    ]
    kind: type[Settings] = getattr(settings, name)
    return kind


Templates: TypeAlias = tuple[Template, Template]  # CracklingStack and Ec2Stack
Synthesise: TypeAlias = Callable[..., Templates]


def target(reference: Any) -> str:
    """Return the logical id that a Ref or GetAtt names."""
    return str(reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0])


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
