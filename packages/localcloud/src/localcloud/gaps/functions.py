"""Invoke Lambda functions.

Gap: moto runs Lambda functions only in Docker, one at a time, and delivers events to them by itself: synchronously,
one record per call, and it deletes the messages whatever the function answers.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
import time
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.utils import get_backend
from moto.dynamodb.models import dynamodb_backends
from moto.logs.models import logs_backends
from moto.sqs.models import sqs_backends

from localcloud.gaps.emulator import current
from localcloud.runtime import Function, Throttled
from localcloud.runtime.function import MAX_EVENT, Archive
from localcloud.world import ACCOUNT, Credentials

log = logging.getLogger(__name__)


class TooManyRequestsError(LambdaClientError):
    """Raised when the function's reserved concurrency is used up."""

    code = 429

    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")


class RequestTooLargeError(LambdaClientError):
    """Raised when the event is larger than Lambda accepts."""

    code = 413

    def __init__(self, size: int) -> None:
        super().__init__(
            "RequestTooLargeException", f"{size} byte payload is too large for the Invoke operation"
        )


class UnsupportedRuntimeError(LambdaClientError):
    """Raised for any runtime but Python, the only one that runs here."""

    def __init__(self, name: str, runtime: str) -> None:
        super().__init__("InvalidRuntimeException", f"{name}: the local cloud runs Python, not {runtime}")


def credentials_of(function: str) -> Credentials:
    """Return a function's own access key, which distinguishes its calls from all others."""
    digest = hashlib.sha256(function.encode()).digest()
    return Credentials("ASIA" + base64.b32encode(digest).decode()[:16], digest.hex())


def function_at(name_or_arn: str) -> Function:
    """Return the deployed function for the runtime. Raises moto's error for an unknown one."""
    return _described(get_backend(ACCOUNT, current().world.region).get_function(name_or_arn))


def _described(model: LambdaFunction) -> Function:
    if not (model.run_time or "").startswith("python"):
        raise UnsupportedRuntimeError(model.function_name, str(model.run_time))
    backend = get_backend(model.account_id, model.region)
    layers = [backend.layers_versions_by_arn(layer["Arn"]) for layer in model.layers]
    return Function(
        name=model.function_name,
        arn=model.function_arn,
        role=model.role,
        runtime=str(model.run_time),
        handler=str(model.handler),
        timeout=int(model.timeout),
        memory=int(model.memory_size),
        code=_archive(model),
        layers=tuple(_archive(layer) for layer in layers),
        environment=tuple(sorted(model.environment_vars.items())),
        log_group=model.logs_group_name,
        reserved=None if model.reserved_concurrency is None else int(model.reserved_concurrency),
        credentials=credentials_of(model.function_name),
    )


def _archive(model: Any) -> Archive:  # noqa: ANN401 - a function or a layer version
    return Archive(model.code_bytes, base64.b64decode(model.code_sha_256).hex())


def _invoke(self: LambdaFunction, body: Any, request_headers: Any, response_headers: Any) -> bytes:  # noqa: ANN401
    """Invoke a function; replaces LambdaFunction.invoke, which every caller inside moto uses."""
    event = body.encode() if isinstance(body, str) else bytes(body or b"{}")
    if len(event) > MAX_EVENT:
        raise RequestTooLargeError(len(event))
    function, runtime = _described(self), current().runtime
    kind = request_headers.get("x-amz-invocation-type", "RequestResponse")
    if kind == "DryRun":
        return b""
    if kind == "Event":
        threading.Thread(target=_in_background, args=(function, event), daemon=True).start()
        return b""
    try:
        outcome = runtime.invoke(function, event)
    except Throttled:
        raise TooManyRequestsError from None
    if outcome.failed:
        response_headers["x-amz-function-error"] = "Unhandled"
    response_headers["x-amz-log-result"] = base64.b64encode(outcome.log[-4096:].encode()).decode()
    return outcome.payload


def _in_background(function: Function, event: bytes) -> None:
    """Run an asynchronous invocation. Like Lambda, retry while throttled; unlike Lambda, only log a failure."""
    while True:
        try:
            outcome = current().runtime.invoke(function, event)
        except Throttled:
            time.sleep(1)
            continue
        if outcome.failed:
            log.warning("%s failed: %s", function.name, outcome.payload.decode())
        return


def write_log(function: Function, stream: str, text: str) -> None:
    """Write the log of one invocation to the function's log group."""
    logs = logs_backends[ACCOUNT][current().world.region]
    logs.ensure_log_group(function.log_group)
    if stream not in logs.groups[function.log_group].streams:
        logs.create_log_stream(function.log_group, stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line} for line in text.splitlines() if line]
    logs.put_log_events(function.log_group, stream, events)


def no_delivery_by_moto() -> None:
    """Gap: keep the event source mappings, which our pump reads, but turn off moto's own delivery."""
    original = LambdaBackend.create_event_source_mapping

    def patched(self: LambdaBackend, spec: dict[str, Any]) -> Any:  # noqa: ANN401
        mapping = original(self, spec)
        for queue in sqs_backends[self.account_id][self.region_name].queues.values():
            queue.lambda_event_source_mappings.clear()
        for table in dynamodb_backends[self.account_id][self.region_name].tables.values():
            table.lambda_event_source_mappings.clear()
        return mapping

    LambdaBackend.create_event_source_mapping = patched  # type: ignore[method-assign]


def run_functions() -> None:
    """Gap: run functions without Docker."""
    LambdaFunction.invoke = _invoke  # type: ignore[method-assign]
