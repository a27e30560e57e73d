"""Deploy functions for tests through Lambda's API, without a stack."""

from __future__ import annotations

import contextlib
import io
import zipfile
from typing import TYPE_CHECKING, Any

from gap import fresh

if TYPE_CHECKING:
    from localcloud.world import World

ROLE = "arn:aws:iam::123456789012:role/tests"


def archive(**files: str) -> bytes:
    """Return a zip with one .py file per argument; __ in a name stands for a slash."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        for name, text in files.items():
            path = f"{name.replace('__', '/')}.py"
            zipped.writestr(zipfile.ZipInfo(path), text)  # has a fixed date, so the bytes are always the same
    return stream.getvalue()


def deploy(world: World, source: str, **more: Any) -> str:
    """Deploy a function whose handler is `handler` in `source`; return its name."""
    iam = world.client("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="tests", AssumeRolePolicyDocument='{"Statement": []}')
    settings = {"Timeout": 2, "Runtime": "python3.12", "Handler": "index.handler", "Role": ROLE, **more}
    name = fresh("function")
    world.client("lambda").create_function(
        FunctionName=name, Code={"ZipFile": archive(index=source)}, **settings
    )
    return name
