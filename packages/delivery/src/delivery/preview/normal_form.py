"""Templates without noise, that is without what differs from build to build when nothing has really changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from delivery.stacks.assembly import Template

ASSET = "<asset>"
# The CDK names an asset in its bucket by the hash of its content.
_ASSET = re.compile(r"\b[0-9a-f]{64}\b")
# The CDK appends a hash of their content to the names of these, so that each change creates a new resource.
_VERSIONED = {
    "AWS::ApiGateway::Deployment": re.compile(r"[0-9a-f]{32}$"),
    "AWS::Lambda::Version": re.compile(r"[0-9a-f]{32}$"),
    "AWS::Lambda::LayerVersion": re.compile(r"[0-9a-f]{10,}$"),
}


def normalised(template: Template) -> Template:
    """Return the template with `<asset>` for each asset, without hashes in the names of versions, and without metadata."""
    renamed = {
        name: pattern.sub("", name)
        for name, resource in template.get("Resources", {}).items()
        if (pattern := _VERSIONED.get(resource["Type"]))
    }
    result: Template = _walk(template, renamed)
    result["Resources"] = {
        renamed.get(name, name): {key: value for key, value in resource.items() if key != "Metadata"}
        for name, resource in result.get("Resources", {}).items()
    }
    for section in ("Rules", "Conditions"):
        result.pop(section, None)
    return result


def _walk(value: Any, renamed: dict[str, str]) -> Any:  # noqa: ANN401 - a part of a template
    if isinstance(value, dict):
        return {key: _walk(part, renamed) for key, part in value.items()}
    if isinstance(value, list):
        return [_walk(part, renamed) for part in value]
    if isinstance(value, str):
        return _ASSET.sub(ASSET, renamed.get(value, value))
    return value


def assets_of(resource: Any) -> frozenset[str]:  # noqa: ANN401 - a part of a template
    """Return the hashes of the assets that a part of a synthesised template names."""
    if isinstance(resource, dict):
        return frozenset[str]().union(*map(assets_of, resource.values()))
    if isinstance(resource, list):
        return frozenset[str]().union(*map(assets_of, resource))
    return frozenset(_ASSET.findall(resource)) if isinstance(resource, str) else frozenset()
