"""Record EC2 launches as they happen, so that a worker can be run as a process."""

# ruff: noqa: SLF001 - this patches moto's internals

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.types import Base64EncodedString
from moto.ec2.models import EC2Backend


@dataclass(frozen=True)
class Launch:
    """A launched instance. `user_data` is decoded; `profile` is the instance profile's ARN or name."""

    instance_id: str
    image_id: str
    instance_type: str
    profile: str | None
    user_data: str
    tags: tuple[tuple[str, str], ...]
    at: float


OnLaunch = Callable[[Launch], None]
_launches: list[Launch] = []
_listeners: list[OnLaunch] = []


def launches() -> list[Launch]:
    """Return every launch so far, in order."""
    return list(_launches)


def listen(listener: OnLaunch) -> None:
    """Call `listener` with each launch from now on, in the thread of the call that launched."""
    _listeners.append(listener)


def forget_all() -> None:
    _launches.clear()
    _listeners.clear()


def install() -> None:
    """Gap: moto's instances run nothing."""
    original = EC2Backend.run_instances

    def patched(self: EC2Backend, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        reservation = original(self, *args, **options)
        for instance in reservation.instances:
            launch = _launch(self, instance, options)
            _launches.append(launch)
            for listener in _listeners:
                listener(launch)
        return reservation

    EC2Backend.run_instances = patched  # type: ignore[method-assign, assignment]


def _launch(backend: EC2Backend, instance: Any, options: dict[str, Any]) -> Launch:  # noqa: ANN401
    data = instance.user_data or ""  # moto's own type if it comes from the API, text if from a template
    text = data.decode() if isinstance(data, Base64EncodedString) else base64.b64decode(data).decode()
    tags = tuple((tag["key"], tag["value"]) for tag in instance.get_tags())
    profile = _profile(backend, options)
    return Launch(instance.id, instance.image_id, instance.instance_type, profile, text, tags, time.time())


def _profile(backend: EC2Backend, options: dict[str, Any]) -> str | None:
    """Gap: moto reads the instance profile from the launch's arguments only, not from its template."""
    given = options.get("iam_instance_profile_arn") or options.get("iam_instance_profile_name")
    if given or not options.get("launch_template"):
        return given
    profile = backend._get_template_from_args(options["launch_template"]).data.get("IamInstanceProfile", {})
    found: str | None = profile.get("Arn") or profile.get("Name")
    return found
