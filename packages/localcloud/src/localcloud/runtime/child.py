"""Start and use an execution environment: a child process with a function's code, layers, environment and temporary folder."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localcloud.runtime.content import ContentStore
    from localcloud.runtime.function import Function
    from localcloud.world import World

_BOOT = Path(__file__).with_name("boot.py")
_INIT_SECONDS = 10.0
"""Lambda's limit for loading the code. A busy laptop is slower, so a longer time-out of the function is used instead."""


@dataclass(frozen=True)
class Answer:
    """The child's reply; `alive` says whether it can serve another request."""

    message: dict[str, Any]
    alive: bool


class Child:
    """A function's process. It ends with this process, however this process ends."""

    def __init__(self, function: Function, world: World, content: ContentStore, folder: Path) -> None:
        self.function = function
        self.stream = f"{time.strftime('%Y/%m/%d', time.gmtime())}/[$LATEST]{uuid.uuid4().hex}"
        self._temporary = folder / f"{function.name}-{self.stream[-8:]}"
        self._temporary.mkdir(parents=True)
        self._log_path = self._temporary.with_suffix(".log")
        self._log = self._log_path.open("ab+")
        self._read = 0
        ours, theirs = socket.socketpair()
        self._socket, self._buffer = ours, b""
        with theirs:
            self._process = self._start(theirs, world, content)

    def _start(self, theirs: socket.socket, world: World, content: ContentStore) -> subprocess.Popen[bytes]:
        task = content.unpack(self.function.code)
        layers = [content.unpack(layer) for layer in self.function.layers]
        return subprocess.Popen(
            # -S hides this project's packages, which Lambda lacks; -s and -P hide the user's.
            [
                sys.executable,
                "-S",
                "-s",
                "-P",
                str(_BOOT),
                str(theirs.fileno()),
                self._import_path(layers, content),
            ],
            env=self._environment(task, layers, world),
            cwd=task,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )

    @staticmethod
    def _import_path(layers: list[Path], content: ContentStore) -> str:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        folders = [layer / "python" / "lib" / version / "site-packages" for layer in layers]
        folders += [layer / "python" for layer in layers]
        return os.pathsep.join(str(path) for path in (*folders, content.provided()))

    def _environment(self, task: Path, layers: list[Path], world: World) -> dict[str, str]:
        function = self.function
        return {
            **world.environment(function.credentials),
            "AWS_ENDPOINT_URL": world.numeric_endpoint,
            **dict(function.environment),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.stream,
            # No trace daemon runs here, so the X-Ray SDK drops what it cannot send.
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "HOME": str(self._temporary),
            "LAMBDA_TASK_ROOT": str(task),
            "LANG": "en_US.UTF-8",
            "LD_LIBRARY_PATH": os.pathsep.join(
                [str(task / "lib"), *(str(layer / "lib") for layer in layers)]
            ),
            "LOCALCLOUD_LAYERS": os.pathsep.join(map(str, layers)),
            "PATH": os.pathsep.join(
                [*(str(layer / "bin") for layer in layers), "/usr/local/bin:/usr/bin:/bin"]
            ),
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(self._temporary),
            "TZ": ":UTC",
            "_HANDLER": function.handler,
        }

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_ready(self) -> Answer:
        return self._receive(max(_INIT_SECONDS, float(self.function.timeout)))

    def call(self, request_id: str, event: bytes) -> Answer:
        timeout = float(self.function.timeout)
        request = {"id": request_id, "arn": self.function.arn, "deadline": time.time() + timeout}
        line = json.dumps(request)[:-1].encode() + b', "event": ' + event.replace(b"\n", b" ") + b"}\n"
        try:
            self._socket.settimeout(timeout)  # a process that was stopped reads nothing
            self._socket.sendall(line)
        except OSError:
            return self._ended(request_id)
        return self._receive(timeout, request_id)

    def _receive(self, timeout: float, request_id: str = "init") -> Answer:
        deadline = time.monotonic() + timeout
        while b"\n" not in self._buffer:
            try:
                ready, _, _ = select.select([self._socket], [], [], max(0.0, deadline - time.monotonic()))
                # A process that is killed with a request unread resets the connection.
                part = self._socket.recv(1 << 20) if ready else b""
            except (OSError, ValueError):  # the second, if another thread has stopped the process meanwhile
                return self._ended(request_id)
            if not ready:
                self.stop()
                message = f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds"
                return Answer(
                    {"error": {"errorType": "Sandbox.Timedout", "errorMessage": message}}, alive=False
                )
            if not part:
                return self._ended(request_id)
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\n")
        message = json.loads(line)
        return Answer(message, alive=True)

    def _ended(self, request_id: str) -> Answer:
        try:
            status = self._process.wait(1)
        except subprocess.TimeoutExpired:
            status = -signal.SIGKILL
        self.stop()
        how = f"signal: {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        message = f"RequestId: {request_id} Error: Runtime exited with error: {how}"
        return Answer({"error": {"errorType": "Runtime.ExitError", "errorMessage": message}}, alive=False)

    def read_log(self) -> str:
        """Return what the function has written since the last call."""
        text = os.pread(self._log.fileno(), 1 << 26, self._read)
        self._read += len(text)
        return text.decode(errors="replace")

    def stop(self) -> None:
        """End the process and everything it started. Safe to call twice."""
        if self._socket.fileno() >= 0:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._socket.close()

    def discard(self) -> None:
        self.stop()
        self._log.close()
        shutil.rmtree(self._temporary, ignore_errors=True)
