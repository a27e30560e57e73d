"""Implement CloudFormation's API for stacks and change sets on top of the engine.

Gaps of moto: an error while a change set runs becomes HTTP 500, and a second try "succeeds" with half a stack; no
rollback; outputs and exports of change sets are lost; unknown change sets get the wrong error or HTTP 500;
describing the resources of a stack creates those that are missing; SSM-typed parameters hand back their resolved
value as their previous one, so that every deploy looks like a change, and a missing one is HTTP 500; resources that need
each other are created all the same; DescribeType is HTTP 500.
"""

from __future__ import annotations

from typing import Any

from moto.cloudformation import models
from moto.cloudformation.exceptions import AlreadyExistsException, CloudFormationError, ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack
from moto.cloudformation.parsing import ResourceMap
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.ssm.models import ssm_backends

from localcloud.gaps.cloudformation.engine import Engine, ResourceError, keep_order
from localcloud.gaps.cloudformation.graph import circular
from localcloud.gaps.cloudformation.resource import UnknownTypeError
from localcloud.gaps.cloudformation.types import resolve
from localcloud.gaps.emulator import current


class ChangeSetNotFoundError(CloudFormationError):
    """Raised for a change set that does not exist, with the error code that the CDK CLI expects."""

    code = "ChangeSetNotFound"


class TypeNotFoundError(CloudFormationError):
    """Raised for a type of resources that the local cloud does not know."""

    code = "TypeNotFoundException"


class _Stacks(CloudFormationBackend):
    """Holds methods that replace those of moto's backend, one by one (`install`); it is never instantiated."""

    def create_stack(  # type: ignore[override]
        self,
        name: str,
        template: str,
        parameters: dict[str, Any],
        **options: Any,  # noqa: ANN401
    ) -> Stack:
        if any(stack.name == name for stack in self.stacks.values()):
            raise AlreadyExistsException(f"Stack {name} already exists")
        kept = {key: options.get(key) for key in ("notification_arns", "tags", "role_arn")}
        change_set_id, stack_id = self.create_change_set(
            name, "create-stack", template, parameters, description="", change_set_type="CREATE", **kept
        )
        self.execute_change_set(change_set_id)
        return self.stacks[stack_id]

    def update_stack(
        self,
        name: str,
        template: str,
        role_arn: str | None,
        parameters: list[dict[str, Any]],
        tags: Any,  # noqa: ANN401
    ) -> Stack:
        stack = self.get_stack(name)
        resolved = self._resolve_update_parameters(instance=stack, incoming_params=parameters)
        change_set_id, _ = self.create_change_set(
            name, "update-stack", template, resolved, description="", change_set_type="UPDATE",
            tags=tags, role_arn=role_arn,
        )  # fmt: skip
        self.execute_change_set(change_set_id)
        return stack

    def create_change_set(
        self,
        stack_name: str,
        change_set_name: str,
        template: str,
        *arguments: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> tuple[str, str]:
        known = set(self.stacks)
        change_set_id, stack_id = _original_create(
            self, stack_name, change_set_name, template, *arguments, **options
        )
        names = circular(self.change_sets[change_set_id].template_dict.get("Resources", {}))
        if names:
            del self.change_sets[change_set_id]
            if stack_id not in known:
                del self.stacks[stack_id]
            raise ValidationError(message=f"Circular dependency between resources: [{', '.join(names)}]")
        return change_set_id, stack_id

    def describe_change_set(self, change_set_name: str) -> ChangeSet:
        for change_set_id, change_set in reversed(self.change_sets.items()):
            if change_set_name in (change_set_id, change_set.change_set_name):
                return change_set
        raise ChangeSetNotFoundError(f"ChangeSet [{change_set_name}] does not exist")

    def delete_change_set(self, change_set_name: str) -> None:
        for change_set_id, change_set in list(self.change_sets.items()):
            if change_set_name in (change_set_id, change_set.change_set_name):
                del self.change_sets[change_set_id]

    def execute_change_set(self, change_set_name: str, stack_name: str | None = None) -> None:
        change_set = next(
            (
                one
                for key, one in reversed(self.change_sets.items())
                if change_set_name in (key, one.change_set_name)
                and stack_name in (None, one.stack_name, one.stack_id)
            ),
            None,
        )
        if change_set is None:
            raise ChangeSetNotFoundError(f"ChangeSet [{change_set_name}] does not exist")
        stack, kind = self.stacks[change_set.stack_id], change_set.change_set_type
        _tell(stack, f"{kind}_IN_PROGRESS", "User Initiated")
        stack.status = f"{kind}_IN_PROGRESS"
        try:
            _engine(stack).deploy(change_set.template_dict, change_set.parameters)
            self._publish_exports(stack)
        except (ResourceError, ValidationError) as error:
            self._rolled_back(stack, kind, error)
            change_set.execution_status = "EXECUTE_FAILED"
        else:
            stack.template = change_set.template
            stack.description = stack.template_dict.get("Description")
            stack.tags = change_set.tags or stack.tags
            stack.status = f"{kind}_COMPLETE"
            _tell(stack, stack.status)
            change_set.execution_status = "EXECUTE_COMPLETE"
        current().stack_changed()
        del self.change_sets[change_set.change_set_id]

    def _rolled_back(self, stack: Stack, kind: str, error: Exception) -> None:
        where = f"[{error.logical_id}] " if isinstance(error, ResourceError) else ""
        rollback = "ROLLBACK" if kind == "CREATE" else "UPDATE_ROLLBACK"
        _tell(stack, f"{rollback}_IN_PROGRESS", f"The following resource(s) failed: {where}{error}")
        stack.status = f"{rollback}_COMPLETE"
        _tell(stack, stack.status)

    def _publish_exports(self, stack: Stack) -> None:
        for name in [
            name for name, export in self.exports.items() if export.exporting_stack_id == stack.stack_id
        ]:
            del self.exports[name]
        for export in stack.exports:
            self.exports[export.name] = export

    def delete_stack(self, name_or_stack_id: str) -> None:
        found = [one for key, one in self.stacks.items() if name_or_stack_id in (key, one.name)]
        if not found:
            return  # as in CloudFormation, deleting what does not exist succeeds
        stack = found[0]
        _tell(stack, "DELETE_IN_PROGRESS", "User Initiated")
        exports = [
            name for name, export in self.exports.items() if export.exporting_stack_id == stack.stack_id
        ]
        try:
            _engine(stack).destroy()
        except ResourceError as error:
            stack.status = "DELETE_FAILED"
            _tell(stack, stack.status, f"The following resource(s) failed: [{error.logical_id}] {error}")
            return
        finally:
            current().stack_changed()
        stack.status = "DELETE_COMPLETE"
        _tell(stack, stack.status)
        self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)
        for name in exports:
            del self.exports[name]


def _tell(stack: Stack, status: str, reason: str | None = None) -> None:
    stack._add_stack_event(status, reason)
    keep_order(stack)


def _engine(stack: Stack) -> Engine:
    """Return the stack's engine, creating it at the first change set."""
    if not hasattr(stack, "localcloud_engine"):
        stack.cross_stack_resources = models.cloudformation_backends[stack.account_id][
            stack.region_name
        ].exports
        stack.resource_map.cross_stack_resources = stack.cross_stack_resources
        stack.localcloud_engine = Engine(stack, current().world)  # type: ignore[attr-defined]
    engine: Engine = stack.localcloud_engine  # type: ignore[attr-defined]
    return engine


def _refuse_no_change(
    self: CloudFormationResponse, parameters: list[dict[str, Any]] | None, body: str, stack: Stack
) -> None:
    """Accept a change set without changes, which only reports that; UpdateStack still fails."""
    if self._get_action() != "CreateChangeSet":
        _original_refuse(self, parameters, body, stack)


def _describe_type(self: CloudFormationResponse) -> ActionResult:
    """Answer for the types that a template may have here, as CloudFormation does for those of a region."""
    name = self._get_param("TypeName")
    try:
        resolve(name)
    except UnknownTypeError as error:
        raise TypeNotFoundError(f"The type '{name}' cannot be found.") from error
    return ActionResult({"Type": "RESOURCE", "TypeName": name})


_original_create = CloudFormationBackend.create_change_set
_original_refuse = CloudFormationResponse._validate_different_update


def _lookup(self: ResourceMap, key: str) -> Any:  # noqa: ANN401
    """Return an existing resource; never create one."""
    return self._parsed_resources[key]


def _stack_parameters(stack: Stack) -> dict[str, Any]:
    """Return the parameters as they were given, which is what UsePreviousValue means."""
    defaults = {name: slot.get("Default") for name, slot in stack.template_dict.get("Parameters", {}).items()}
    return {**defaults, **stack.parameters}


def _has_parameters(stack: Stack, given: dict[str, Any]) -> bool:
    """Return whether the stack has these parameters: the same values given, and the same values in SSM now."""
    wanted, resources = {**_stack_parameters(stack), **given}, stack.resource_map
    now = {
        name: _ssm_parameter(resources, wanted[name], slot["Type"])
        for name, slot in stack.template_dict.get("Parameters", {}).items()
        if slot["Type"].startswith("AWS::SSM::Parameter::") and name in wanted
    }
    unchanged = all(resources.resolved_parameters.get(name) == value for name, value in now.items())
    return unchanged and wanted == _stack_parameters(stack)


def _ssm_parameter(self: ResourceMap, value: str, value_type: str) -> Any:  # noqa: ANN401
    parameter = ssm_backends[self._account_id][self._region_name].get_parameter(value)
    if parameter is None:
        raise ValidationError(
            message=f"Unable to fetch parameters [{value}] from parameter store for this account."
        )
    return parameter.value.split(",") if "List" in value_type else parameter.value


def install() -> None:
    for name in ("create_stack", "update_stack", "create_change_set", "describe_change_set", "delete_change_set",
                 "execute_change_set",
                 "_rolled_back", "_publish_exports", "delete_stack"):  # fmt: skip
        setattr(CloudFormationBackend, name, getattr(_Stacks, name))
    Stack.stack_resources = property(lambda stack: _engine(stack).models())  # type: ignore[assignment, method-assign]
    Stack.stack_parameters = property(_stack_parameters)  # type: ignore[assignment, method-assign]
    Stack.has_parameters = _has_parameters  # type: ignore[method-assign, assignment]
    CloudFormationResponse._validate_different_update = _refuse_no_change  # type: ignore[method-assign, assignment]
    CloudFormationResponse.describe_type = _describe_type  # type: ignore[attr-defined]
    ResourceMap.__getitem__ = _lookup  # type: ignore[method-assign]
    ResourceMap.parse_ssm_parameter = _ssm_parameter  # type: ignore[method-assign]
