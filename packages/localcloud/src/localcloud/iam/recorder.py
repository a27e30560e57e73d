"""Record every call that a principal makes, at the point where moto would authorise it.

moto's own enforcement is not used, because it checks every resource as "*" and so denies legitimate grants.
"""

# ruff: noqa: SLF001 - this patches moto's internals

from __future__ import annotations

import json
import re
import threading
from html import unescape
from typing import Any

from moto.core.authorization import ActionAuthenticatorMixin
from moto.ec2.models import ec2_backends

from localcloud.iam.calls import Call, Request, calls_of
from localcloud.iam.principals import Principal, principal_of
from localcloud.world import ACCOUNT

_CREDENTIAL = re.compile(r"(?:Credential=|X-Amz-Credential=)([A-Z0-9]+)(?:/|%2F)")
_KEY = re.compile(r"<Key>(.*?)</Key>", re.DOTALL)
_recorded: set[tuple[Principal, Call]] = set()
_lock = threading.Lock()


def recorded() -> set[tuple[Principal, Call]]:
    """Return all calls so far, without duplicates."""
    with _lock:
        return set(_recorded)


def forget_all() -> None:
    with _lock:
        _recorded.clear()


def install() -> None:
    """Gap: moto does not record who made which call."""
    original = ActionAuthenticatorMixin._authenticate_and_authorize_action

    def patched(self: Any, iam_request_cls: type, resource: str = "*") -> None:  # noqa: ANN401
        principal = principal_of(_access_key(self))
        if principal:
            given = _parameters(self)
            request = Request(
                self.service_name,
                self._get_action(),
                self.region,
                ACCOUNT,
                resource,
                given,
                _tags(self.service_name, self.region, given),
            )
            with _lock:
                _recorded.update((principal, call) for call in calls_of(request))
        original(self, iam_request_cls, resource)

    ActionAuthenticatorMixin._authenticate_and_authorize_action = patched  # type: ignore[method-assign]


def _access_key(response: Any) -> str:  # noqa: ANN401
    """Return the access key from the header, a presigned URL, or the form of a presigned POST."""
    found = _CREDENTIAL.search(response.headers.get("Authorization", "")) or _CREDENTIAL.search(
        str(response.uri)
    )
    if found:
        return found.group(1)
    form = response.querystring.get("x-amz-credential", [""])
    return str(form[0] if isinstance(form, list) else form).partition("/")[0]


def _parameters(response: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the parameters of a JSON or a query call; S3's are in the resource, except for a form, a list or a deletion."""
    body = response.body
    if response.service_name == "s3":
        query = response.querystring
        found: dict[str, Any] = {name: query.get(name, [None])[0] for name in ("key", "prefix")}
        if "delete" in query:
            found["keys"] = [unescape(key) for key in _KEY.findall(_text(body))]
        return found
    if isinstance(body, (str, bytes)):
        try:
            body = json.loads(body)
        except ValueError:
            return {
                key: value[0] if isinstance(value, list) else value
                for key, value in response.querystring.items()
            }
    return body if isinstance(body, dict) else {}


def _text(body: str | bytes) -> str:
    return body.decode() if isinstance(body, bytes) else body


def _tags(service: str, region: str, given: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the tags of each instance that a request names."""
    if service != "ec2":
        return {}
    backend = ec2_backends[ACCOUNT][region]
    return {
        one: {tag["key"]: tag["value"] for tag in backend.describe_tags(filters={"resource-id": [one]})}
        for key, one in given.items()
        if key.startswith("InstanceId")
    }
