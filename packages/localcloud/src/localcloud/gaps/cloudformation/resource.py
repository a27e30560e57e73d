"""Implement resource types that moto's CloudFormation lacks or gets wrong, by calling moto's own API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from localcloud.world import ACCOUNT, PARTITION, Properties, World

if TYPE_CHECKING:
    import builtins


class ReplacementNeeded(Exception):  # noqa: N818 - a decision, not an error
    """Raised when a resource cannot take on a changed property, so that it must be replaced by a new one."""


class UnknownTypeError(Exception):
    """Raised for a type that neither moto nor this emulator knows, so that the deployment fails instead of pretending."""


@dataclass(frozen=True)
class Definition:
    """Tell where in which template a resource is defined. `type` is as in the template: Custom::Anything."""

    stack_id: str
    logical_id: str
    type: str


class Resource:
    """Base class of resource types. Subclasses set `type` and `create`; what `create` returns is the resource's Ref.

    `attributes` holds what Fn::GetAtt can return. `update` gets the former properties and may raise ReplacementNeeded.
    """

    type: ClassVar[str]
    known: ClassVar[dict[str, builtins.type[Resource]]] = {}
    name_property: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        Resource.known[cls.type] = cls

    def __init__(self, world: World, definition: Definition, name: str, properties: Properties) -> None:
        self.world, self.definition = world, definition
        self.name, self.properties = name, properties
        self.attributes: dict[str, str] = {}
        self.physical_resource_id = ""

    def create(self) -> str:
        raise NotImplementedError

    def update(self, before: Properties) -> None:  # noqa: ARG002 - for subclasses
        raise ReplacementNeeded

    def remove(self) -> None:
        """Do nothing: most resources of these types disappear with the resource that they belong to."""

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{PARTITION}:{service}:{self.world.region}:{ACCOUNT}:{resource}"

    def client(self, service: str) -> Any:  # noqa: ANN401
        return self.world.client(service)

    def pick(self, *names: str) -> Properties:
        """Return those of the named properties that the template gives."""
        return {name: self.properties[name] for name in names if name in self.properties}

    def get_cfn_attribute(self, attribute: str) -> str:
        """Return an attribute for moto's Fn::GetAtt."""
        if attribute not in self.attributes:
            raise AttributeError(
                f"{self.definition.logical_id} ({self.definition.type}) has no attribute {attribute}"
            )
        return self.attributes[attribute]


def tags_of(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


def lower_first(value: Any) -> Any:  # noqa: ANN401
    """Convert CloudFormation's names to those of the older REST APIs at every depth: RestApiId -> restApiId."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: lower_first(inner) for key, inner in value.items()}
    return [lower_first(inner) for inner in value] if isinstance(value, list) else value
