"""Run a CloudFront Function on a viewer's request, in Node.

Only the method and the path are passed, so that answers can be remembered: headers, cookies and the query string are empty.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import lru_cache
from typing import Any, Final

from localcloud.front.http import Response

# The code runs in a context without Node's modules: CloudFront's runtime has neither network nor files.
_HARNESS: Final = """
const { code, event } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const answer = require("vm").runInNewContext(`${code}\\n;JSON.stringify(handler(event))`, { event }, { timeout: 1000 });
process.stdout.write(answer);
"""
_SECONDS: Final = 30


class EdgeError(Exception):
    """Raised when a CloudFront Function cannot be run; the message is what Node printed."""


@lru_cache(maxsize=4096)
def _run(code: str, method: str, uri: str) -> str:
    node = shutil.which("node")
    if not node:
        raise EdgeError(
            "there is no node to run a CloudFront Function with; ./scripts/test -s synth installs it"
        )
    request = {"method": method, "uri": uri, "querystring": {}, "headers": {}, "cookies": {}}
    event = {"version": "1.0", "context": {"eventType": "viewer-request"}, "request": request}
    done = subprocess.run(
        [node, "-e", _HARNESS],
        input=json.dumps({"code": code, "event": event}),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        raise EdgeError(done.stderr)
    return done.stdout


def viewer_request(code: str, method: str, uri: str) -> str | Response:
    """Return the path that the function lets the request go on with, or the response that it makes itself.

    Raises:
        EdgeError: the function fails.
    """
    answer: dict[str, Any] = json.loads(_run(code, method, uri))
    if "statusCode" not in answer:
        return str(answer["uri"])
    headers = {name: str(given["value"]) for name, given in answer.get("headers", {}).items()}
    return Response(int(answer["statusCode"]), headers, str(answer.get("body", "")).encode())
