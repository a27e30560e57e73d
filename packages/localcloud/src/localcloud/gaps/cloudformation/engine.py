"""Create, change and remove a stack's resources as CloudFormation does, with moto's models or our own.

Gap: moto creates resources lazily, in whatever order something asks for them; ignores DependsOn in change sets;
never compares resolved properties, so a replaced resource leaves stale references; loses updates of types without
an update; and has no rollback. This engine keeps moto's models and intrinsic functions, but determines the order itself.
"""

from __future__ import annotations

import copy
import datetime
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.cloudformation import parsing
from moto.cloudformation.models import Event, Stack

from localcloud.gaps.cloudformation import types
from localcloud.gaps.cloudformation.graph import creation_order
from localcloud.gaps.cloudformation.resource import Definition, ReplacementNeeded, Resource
from localcloud.world import ACCOUNT, Properties, World

if TYPE_CHECKING:
    from collections.abc import Iterable

log = logging.getLogger(__name__)


class ResourceError(Exception):
    """Raised when a resource cannot be created, changed or removed; `logical_id` names it, and the message says why."""

    def __init__(self, logical_id: str, action: str, cause: Exception) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.logical_id, self.action = logical_id, action


@dataclass(frozen=True)
class Deployed:
    """A resource that exists: its model's class, the model, and the resolved definition that it was created from."""

    kind: type[Any]
    model: Any
    definition: Properties

    @property
    def properties(self) -> Properties:
        properties: Properties = self.definition["Properties"]
        return properties

    @property
    def retained(self) -> bool:
        return self.definition.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")


class Engine:
    """Manages the resources of one stack, beside moto's Stack object."""

    def __init__(self, stack: Stack, world: World) -> None:
        self._stack, self._world = stack, world
        self._map = stack.resource_map
        self._deployed: dict[str, Deployed] = {}
        self._order: list[str] = []
        self._replaced: list[Deployed] = []

    def models(self) -> list[Any]:
        """Return the models of all resources that exist now."""
        return [deployed.model for deployed in self._deployed.values()]

    def deploy(self, template: dict[str, Any], parameters: dict[str, Any]) -> None:
        """Bring the stack to `template`; if that fails, roll back and raise ResourceError."""
        before, former_order, former = (
            dict(self._deployed),
            self._order,
            (self._map._template, self._map.input_parameters),
        )
        try:
            self._converge(template, parameters)
        except ResourceError:
            self._restore(before, former_order, *former)
            raise
        self._stack.template_dict = template
        self._stack.parameters = parameters
        self._stack.output_map = parsing.OutputMap(self._map, template, self._stack.stack_id)

    def destroy(self) -> None:
        """Remove every resource that is not retained, in reverse order; raise the first ResourceError."""
        self._remove_all(reversed(self._order))
        self._order = [name for name in self._order if name in self._deployed]

    def _converge(self, template: dict[str, Any], parameters: dict[str, Any]) -> None:
        self._load(template, parameters)
        wanted = {
            name: definition
            for name, definition in template["Resources"].items()
            if "Condition" not in definition or self._map.lazy_condition_map[definition["Condition"]]
        }
        former_order, self._order = self._order, creation_order(wanted)
        for name in self._order:
            self._bring(name, wanted[name])
        # Removals come last, when nothing refers to these resources any more and nothing else can fail.
        self._remove_all(name for name in reversed(former_order) if name not in wanted)
        while self._replaced:
            self._remove(self._replaced.pop())

    def _load(self, template: dict[str, Any], parameters: dict[str, Any]) -> None:
        self._map._template = template
        self._map._resource_json_map = template.get("Resources", {})
        self._map.input_parameters = parameters
        self._map.resolved_parameters = {}
        self._map.load_mapping()
        self._map.load_parameters()
        self._map.load_conditions()

    def _restore(self, before: dict[str, Deployed], order: list[str], template: Any, parameters: Any) -> None:  # noqa: ANN401
        """Roll back: remove new resources and undo changes; removed resources stay removed (and are reported)."""
        try:
            self._remove_all(name for name in reversed(self._order) if name not in before)
        except ResourceError as error:
            log.warning("rollback of %s left %s behind: %s", self._stack.name, error.logical_id, error)
        self._order = order
        self._put_back_replaced(before)
        if template:
            self._load(template, parameters)
            for name in order:
                if name in before and self._deployed[name].definition != before[name].definition:
                    self._bring(name, template["Resources"][name])

    def _put_back_replaced(self, before: dict[str, Deployed]) -> None:
        for name in reversed(self._order):
            new, old = self._deployed.get(name), before.get(name)
            if new and old and old in self._replaced:
                self._remove(new)
                self._deployed[name] = old
                self._map._parsed_resources[name] = old.model
        self._replaced.clear()

    def _bring(self, name: str, definition: Properties) -> None:
        current = self._deployed.get(name)
        action = "UPDATE" if current else "CREATE"
        try:
            kind = types.resolve(definition["Type"])
            resolved = parsing.clean_json({"Properties": {}, **definition}, self._map)
            if current and (current.kind, current.properties) == (kind, resolved["Properties"]):
                self._deployed[name] = Deployed(kind, current.model, resolved)
                return
            self._event(name, resolved["Type"], f"{action}_IN_PROGRESS")
            model = (
                self._update(name, current, kind, resolved) if current else self._create(name, kind, resolved)
            )
        except Exception as cause:
            self._event(name, definition["Type"], f"{action}_FAILED", f"{type(cause).__name__}: {cause}")
            log.exception("%s of %s (%s) failed", action, name, definition["Type"], exc_info=cause)
            raise ResourceError(name, action, cause) from cause
        self._event(name, resolved["Type"], f"{action}_COMPLETE", physical_id=model.physical_resource_id)
        self._deployed[name] = Deployed(kind, model, resolved)
        self._map._parsed_resources[name] = model

    def _create(self, name: str, kind: type[Any], definition: Properties) -> Any:  # noqa: ANN401
        definition, resource_type = copy.deepcopy(definition), definition["Type"]
        properties = definition["Properties"]
        generated = parsing.generate_resource_name(resource_type, self._stack.name, name)
        if issubclass(kind, Resource):
            chosen = properties.get(kind.name_property, generated)
            model: Any = kind(
                self._world, Definition(self._stack.stack_id, name, resource_type), chosen, properties
            )
            model.physical_resource_id = model.create()
        else:
            chosen = properties.get(parsing.resource_name_property_from_type(resource_type) or "", generated)
            model = kind.create_from_cloudformation_json(
                chosen, definition, ACCOUNT, self._world.region,
                LogicalId=name, StackId=self._stack.stack_id, ResourceType=resource_type,
            )  # fmt: skip
        model.cf_resource_type, model.logical_resource_id = resource_type, name
        return model

    def _update(self, name: str, current: Deployed, kind: type[Any], definition: Properties) -> Any:  # noqa: ANN401
        try:
            model = self._change(name, current, kind, copy.deepcopy(definition))
        except ReplacementNeeded:
            model = self._create(name, kind, definition)
            self._replaced.append(current)
        model.cf_resource_type, model.logical_resource_id = definition["Type"], name
        return model

    def _change(self, name: str, current: Deployed, kind: type[Any], definition: Properties) -> Any:  # noqa: ANN401
        if kind is not current.kind:
            raise ReplacementNeeded
        model = current.model
        if isinstance(model, Resource):
            before, model.properties = model.properties, definition["Properties"]
            try:
                model.update(before)
            except Exception:
                model.properties = before
                raise
            return model
        if _is_abstract(current.kind.update_from_cloudformation_json):
            raise ReplacementNeeded
        generated = parsing.generate_resource_name(definition["Type"], self._stack.name, name)
        name_property = parsing.resource_name_property_from_type(definition["Type"]) or ""
        return current.kind.update_from_cloudformation_json(
            model,
            definition["Properties"].get(name_property, generated),
            definition,
            ACCOUNT,
            self._world.region,
        )

    def _remove_all(self, names: Iterable[str]) -> None:
        first: ResourceError | None = None
        for name in list(names):
            if (deployed := self._deployed.get(name)) is None:
                continue
            kind = deployed.definition["Type"]
            try:
                if not deployed.retained:
                    self._event(name, kind, "DELETE_IN_PROGRESS")
                    self._remove(deployed)
            except Exception as cause:  # noqa: BLE001 - a resource that stays is reported, the others go
                self._event(name, kind, "DELETE_FAILED", f"{type(cause).__name__}: {cause}")
                first = first or ResourceError(name, "DELETE", cause)
                continue
            self._event(name, kind, "DELETE_SKIPPED" if deployed.retained else "DELETE_COMPLETE")
            del self._deployed[name]
            self._map._parsed_resources.pop(name, None)
        if first:
            raise first

    def _remove(self, deployed: Deployed) -> None:
        model, region = deployed.model, self._world.region
        if isinstance(model, Resource):
            model.remove()
        elif hasattr(model, "delete"):
            model.delete(ACCOUNT, region)
        elif not _is_abstract(deployed.kind.delete_from_cloudformation_json):
            definition = copy.deepcopy(deployed.definition)
            deployed.kind.delete_from_cloudformation_json(
                model.physical_resource_id, definition, ACCOUNT, region
            )
        else:
            raise NotImplementedError(f"moto cannot remove {deployed.definition['Type']}")

    def _event(
        self, name: str, kind: str, status: str, reason: str | None = None, physical_id: str = ""
    ) -> None:
        stack = self._stack
        stack.events.append(Event(stack.stack_id, stack.name, name, physical_id, kind, status, reason, None))
        keep_order(stack)


def keep_order(stack: Stack) -> None:
    """Give events distinct times: the CDK CLI sorts them by milliseconds, and many here would have the same."""
    if len(stack.events) > 1:
        earliest = stack.events[-2].timestamp + datetime.timedelta(milliseconds=1)
        stack.events[-1].timestamp = max(stack.events[-1].timestamp, earliest)


def _is_abstract(method: Any) -> bool:  # noqa: ANN401
    return hasattr(method, "__isabstractmethod__")
