"""Run a function inside an execution environment: a program of its own that needs only the standard library.

Arguments: the number of an inherited socket, and the import path. The parent sends one JSON line an invocation;
the child answers one JSON line. If the socket closes, the parent is gone and the whole process group ends.
Standard output and standard error belong to the function: they are its log.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from typing import Any

MAX_ANSWER = 6 * 1024 * 1024


class Context:
    """The context object that Lambda gives a Python handler."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn: str = request["arn"]
        self.aws_request_id: str = request["id"]
        self.tenant_id = None
        self.identity = None
        self.client_context = None
        self._deadline: float = request["deadline"]

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.time()) * 1000))


def error(exception: BaseException) -> dict[str, Any]:
    return {
        "errorMessage": str(exception),
        "errorType": type(exception).__name__,
        "stackTrace": traceback.format_tb(exception.__traceback__),
    }


def load(handler: str) -> Any:  # noqa: ANN401
    module, _, name = handler.rpartition(".")
    return getattr(importlib.import_module(module.replace("/", ".")), name)


def init_error(handler: str, exception: BaseException) -> dict[str, Any]:
    """Return the error object with which Lambda answers if a handler cannot be loaded."""
    traceback.print_exc()
    described = error(exception)
    if isinstance(exception, ImportError):
        module = handler.rpartition(".")[0]
        described["errorType"] = "Runtime.ImportModuleError"
        described["errorMessage"] = f"Unable to import module '{module}': {exception}"
    elif isinstance(exception, AttributeError):
        described["errorType"] = "Runtime.HandlerNotFound"
    return described


def answer(handler: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    os.environ["_X_AMZN_TRACE_ID"] = (
        f"Root=1-{int(time.time()):08x}-{request['id'].replace('-', '')[:24]};Sampled=0"
    )
    try:
        result = handler(request["event"], Context(request))
    except Exception as exception:  # noqa: BLE001 - whatever the function raises is its answer
        traceback.print_exc()
        return {"error": error(exception)}
    try:
        text = json.dumps(result)
    except (TypeError, ValueError) as exception:
        return {
            "error": {"errorType": "Runtime.MarshalError", "errorMessage": str(exception), "stackTrace": []}
        }
    if len(text) > MAX_ANSWER:
        message = f"Response payload size ({len(text)} bytes) exceeded maximum allowed payload size (6291556 bytes)."
        return {"error": {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}}
    return {"result": result}


def find_programs_of_layers() -> None:
    """Look up programs below /opt in the layers' folders: Lambda mounts layers at /opt, which is not done here."""
    layers = os.environ["LOCALCLOUD_LAYERS"].split(os.pathsep)
    del os.environ["LOCALCLOUD_LAYERS"]
    start = subprocess.Popen.__init__

    def patched(self: Any, args: Any, *rest: Any, **options: Any) -> None:  # noqa: ANN401
        if isinstance(args, (list, tuple)) and str(args[0]).startswith("/opt/"):
            inside = str(args[0])[len("/opt/") :]
            found = [path for layer in layers if os.path.exists(path := os.path.join(layer, inside))]  # noqa: PTH110, PTH118
            args = [*found[-1:], *args[1:]] if found else args
        start(self, args, *rest, **options)

    subprocess.Popen.__init__ = patched  # type: ignore[method-assign]


def main() -> None:
    connection = socket.socket(fileno=int(sys.argv[1]))
    sys.path[:0] = [os.environ["LAMBDA_TASK_ROOT"], *sys.argv[2].split(os.pathsep)]
    sys.argv[1:] = []
    find_programs_of_layers()
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=receive, args=(connection, requests), daemon=True).start()

    def send(message: dict[str, Any]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(json.dumps(message).encode() + b"\n")

    name = os.environ["_HANDLER"]
    try:
        handler = load(name)
    except BaseException as exception:  # noqa: BLE001 - also SystemExit at import
        send({"error": init_error(name, exception)})
        return
    send({"ready": True})
    while True:
        send(answer(handler, json.loads(requests.get())))


def receive(connection: socket.socket, requests: queue.SimpleQueue[str]) -> None:
    with connection.makefile("r", encoding="utf-8") as lines:
        for line in lines:
            requests.put(line)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
