"""Resource types that moto's CloudFormation lacks or does badly: made through moto's own API instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from localcloud.world import ACCOUNT, PARTITION, Properties, World

if TYPE_CHECKING:
    import builtins


class ReplacementNeeded(Exception):  # noqa: N818 - a decision, not an error
    """A changed property that the resource cannot take on: another one must be made and this one removed."""


class UnknownTypeError(Exception):
    """A type that neither moto nor this emulator knows: fail the deploy rather than pretend."""


@dataclass(frozen=True)
class Place:
    """Where in which template a resource is defined. `type` is the template's: Custom::Anything."""

    stack_id: str
    logical_id: str
    type: str


class Resource:
    """One resource of one type. Subclasses set `type` and `create`; what `create` returns is the resource's Ref.

    `attributes` is what Fn::GetAtt may ask for. `update` gets the former properties and may raise ReplacementNeeded.
    """

    type: ClassVar[str]
    known: ClassVar[dict[str, builtins.type[Resource]]] = {}
    name_property: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        Resource.known[cls.type] = cls

    def __init__(self, world: World, place: Place, name: str, properties: Properties) -> None:
        self.world, self.place = world, place
        self.name, self.properties = name, properties
        self.attributes: dict[str, str] = {}
        self.physical_resource_id = ""

    def create(self) -> str:
        raise NotImplementedError

    def update(self, before: Properties) -> None:  # noqa: ARG002 - for subclasses
        raise ReplacementNeeded

    def remove(self) -> None:
        """Most resources of these types go with what they belong to."""

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{PARTITION}:{service}:{self.world.region}:{ACCOUNT}:{resource}"

    def client(self, service: str) -> Any:  # noqa: ANN401
        return self.world.client(service)

    def pick(self, *names: str) -> Properties:
        """The named properties, as far as the template gives them."""
        return {name: self.properties[name] for name in names if name in self.properties}

    def get_cfn_attribute(self, attribute: str) -> str:
        """What moto's Fn::GetAtt asks of a resource."""
        if attribute not in self.attributes:
            raise AttributeError(f"{self.place.logical_id} ({self.place.type}) has no attribute {attribute}")
        return self.attributes[attribute]


def tags_of(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


def lower_first(value: Any) -> Any:  # noqa: ANN401
    """CloudFormation's names as the older REST APIs spell them: RestApiId -> restApiId, at every depth."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: lower_first(inner) for key, inner in value.items()}
    return [lower_first(inner) for inner in value] if isinstance(value, list) else value
