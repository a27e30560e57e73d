"""Functions for tests: deployed through Lambda's API, without a stack."""

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
    """A zip; names with __ for a slash, .py is added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        for name, text in files.items():
            path = f"{name.replace('__', '/')}.py"
            zipped.writestr(zipfile.ZipInfo(path), text)  # with a fixed date: the same bytes every time
    return stream.getvalue()


def deploy(world: World, source: str, **more: Any) -> str:
    """Deploys a function whose handler is `handler` in `source`; returns its name."""
    iam = world.client("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="tests", AssumeRolePolicyDocument='{"Statement": []}')
    settings = {"Timeout": 2, "Runtime": "python3.12", "Handler": "index.handler", "Role": ROLE, **more}
    name = fresh("function")
    world.client("lambda").create_function(
        FunctionName=name, Code={"ZipFile": archive(index=source)}, **settings
    )
    return name
