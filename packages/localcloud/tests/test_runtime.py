"""Test execution environments: what a function sees, and how the ways in which it can end look to the caller."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deployed import archive
from localcloud.runtime import Function, Outcome, Runtime, Throttled
from localcloud.runtime.function import Archive
from localcloud.world import Credentials, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

logs: list[str] = []


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    logs.clear()
    runtime = Runtime(World("http://localhost:1", "us-east-1"), log=lambda _f, _s, text: logs.append(text))
    yield runtime
    runtime.close()


def function(
    source: str, *layers: Archive, timeout: int = 5, reserved: int | None = None, **variables: str
) -> Function:
    return Function(
        name="sample", arn="arn:aws:lambda:us-east-1:123456789012:function:sample", role="role", runtime="python3.12",
        handler="index.handler", timeout=timeout, memory=256, code=Archive.of(archive(index=source)), layers=layers,
        environment=tuple(variables.items()), log_group="/aws/lambda/sample", reserved=reserved,
        credentials=Credentials("ASIASAMPLE", "secret"),
    )  # fmt: skip


def run(runtime: Runtime, source: str, *layers: Archive, **settings: object) -> Any:
    outcome = runtime.invoke(function(source, *layers, **settings), b"{}")  # type: ignore[arg-type]
    assert not outcome.failed, outcome.payload
    return json.loads(outcome.payload)


def error(outcome: Outcome) -> dict[str, str]:
    assert outcome.failed
    described: dict[str, str] = json.loads(outcome.payload)
    return described


def test_environment_is_the_functions_own(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_DEVELOPER", "1")
    seen = run(runtime, "import os\ndef handler(e, c): return dict(os.environ)\n", TABLE="jobs")
    assert seen["TABLE"] == "jobs"
    assert "SECRET_OF_THE_DEVELOPER" not in seen
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert seen["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert Path(seen["TMPDIR"]).name.startswith("sample-")


def test_only_what_lambda_has_can_be_imported(runtime: Runtime) -> None:
    source = (
        "import importlib.util as u\n"
        "def handler(e, c): return {n: u.find_spec(n) is not None for n in ('boto3', 'moto', 'pytest', 'localcloud')}\n"
    )
    assert run(runtime, source) == {"boto3": True, "moto": False, "pytest": False, "localcloud": False}


def test_layers_bring_modules(runtime: Runtime) -> None:
    lower, upper = Archive.of(archive(python__one="N = 1")), Archive.of(archive(python__two="N = 2"))
    assert run(runtime, "import one, two\ndef handler(e, c): return [one.N, two.N]\n", lower, upper) == [1, 2]


def test_context(runtime: Runtime) -> None:
    source = (
        "def handler(e, c): return [c.function_name, c.aws_request_id, c.get_remaining_time_in_millis()]\n"
    )
    outcome = runtime.invoke(function(source), b"{}")
    name, request_id, remaining = json.loads(outcome.payload)
    assert (name, request_id) == ("sample", outcome.request_id)
    assert 0 < remaining <= 5000


def test_child_stays_warm_until_its_deployment_changes(runtime: Runtime) -> None:
    source = "import os\ndef handler(e, c): return os.getpid()\n"
    first = run(runtime, source)
    assert run(runtime, source) == first
    assert run(runtime, source, CHANGED="1") != first


def test_time_out_is_enforced_on_everything_it_started(runtime: Runtime, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    source = (f"import subprocess\ndef handler(e, c):\n    p = subprocess.Popen(['sleep', '60'])\n"
              f"    open({str(note)!r}, 'w').write(str(p.pid))\n    p.wait()\n")  # fmt: skip
    start = time.monotonic()
    found = error(runtime.invoke(function(source, timeout=1), b"{}"))
    assert found["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in found["errorMessage"]
    assert time.monotonic() - start < 4
    assert gone(int(note.read_text()))


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("import os\ndef handler(e, c): os._exit(3)\n", "Runtime.ExitError", "exit status 3"),
        ("import os\ndef handler(e, c): os.kill(os.getpid(), 11)\n", "Runtime.ExitError", "SIGSEGV"),
        ("import missing_module\n", "Runtime.ImportModuleError", "Unable to import module 'index'"),
        ("other = 1\n", "Runtime.HandlerNotFound", "no attribute 'handler'"),
        ("raise ValueError('at start')\n", "ValueError", "at start"),
        ("def handler(e, c): raise KeyError('x')\n", "KeyError", "'x'"),
        ("def handler(e, c): return {1}\n", "Runtime.MarshalError", "not JSON serializable"),
        ("def handler(e, c): return 'x' * 7_000_000\n", "Function.ResponseSizeTooLarge", "exceeded"),
    ],
)
def test_failures(runtime: Runtime, source: str, kind: str, message: str) -> None:
    found = error(runtime.invoke(function(source), b"{}"))
    assert found["errorType"] == kind
    assert message in found["errorMessage"]


def test_function_recovers_from_a_crash(runtime: Runtime) -> None:
    source = "import os\ndef handler(e, c):\n    if e.get('crash'): os._exit(1)\n    return 'fine'\n"
    assert runtime.invoke(function(source), b'{"crash": true}').failed
    assert run(runtime, source) == "fine"


PID = "import os\ndef handler(e, c): return os.getpid()\n"


def test_child_that_died_while_it_was_idle_is_replaced(runtime: Runtime) -> None:
    first = run(runtime, PID)
    [child] = runtime._children
    os.kill(first, signal.SIGKILL)
    assert until(lambda: not child.is_running)
    assert run(runtime, PID) != first


def test_child_that_is_killed_with_a_request_unread_has_ended(runtime: Runtime) -> None:
    """The connection is reset then, instead of being closed."""
    pid = run(runtime, PID)
    os.kill(pid, signal.SIGSTOP)
    outcomes: list[Outcome] = []
    caller = threading.Thread(target=lambda: outcomes.append(runtime.invoke(function(PID), b"{}")))
    caller.start()
    time.sleep(0.3)
    os.kill(pid, signal.SIGKILL)
    caller.join()
    assert "SIGKILL" in error(outcomes[0])["errorMessage"]
    assert run(runtime, PID) != pid


@pytest.mark.parametrize("event", [b"{}", json.dumps("x" * 3_000_000).encode()])
def test_child_that_was_stopped_runs_into_its_time_out(runtime: Runtime, event: bytes) -> None:
    stopped = function(PID, timeout=1)
    os.kill(int(runtime.invoke(stopped, b"{}").payload), signal.SIGSTOP)
    start = time.monotonic()
    assert runtime.invoke(stopped, event).failed
    assert time.monotonic() - start < 4


def test_nothing_starts_once_the_runtime_is_closed(runtime: Runtime) -> None:
    """A call that waits for a slot or starts meanwhile would keep the whole program from ending."""
    sleeper = function("import time\ndef handler(e, c): time.sleep(60)\n", timeout=60)
    ends: list[str] = []

    def call() -> None:
        try:
            ends.append(json.loads(runtime.invoke(sleeper, b"{}").payload)["errorType"])
        except Throttled:
            ends.append("Throttled")

    callers = [threading.Thread(target=call) for _ in range((os.cpu_count() or 2) + 2)]
    for caller in callers:
        caller.start()
    time.sleep(0.5)
    runtime.close()
    for caller in callers:
        caller.join(10)
    assert len(ends) == len(callers)
    assert set(ends) <= {"Throttled", "Runtime.ExitError"}
    with pytest.raises(Throttled):
        runtime.invoke(sleeper, b"{}")


def test_log_has_what_was_printed_and_the_bill(runtime: Runtime) -> None:
    run(runtime, "import sys\ndef handler(e, c):\n    print('out')\n    print('err', file=sys.stderr)\n")
    assert "out\nerr\n" in logs[0]
    assert logs[0].startswith("START RequestId")
    assert "Memory Size: 256 MB" in logs[0].splitlines()[-1]


def test_bill(runtime: Runtime) -> None:
    run(runtime, "import time\ndef handler(e, c): time.sleep(0.2)\n")
    run(runtime, "import time\ndef handler(e, c): time.sleep(0.2)\n")
    cold, warm = runtime.invocations()
    assert cold.init_seconds > warm.init_seconds
    assert 200 <= warm.billed_ms < 400
    assert warm.gb_seconds == pytest.approx(warm.billed_ms / 1000 / 4)


def test_invocations_run_side_by_side_up_to_the_reserved_concurrency(runtime: Runtime) -> None:
    sleeper = function("import time\ndef handler(e, c): time.sleep(1)\n", reserved=2)
    runtime.invoke(sleeper, b"{}")
    threads = [threading.Thread(target=runtime.invoke, args=(sleeper, b"{}")) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    with pytest.raises(Throttled):
        runtime.invoke(sleeper, b"{}")
    for thread in threads:
        thread.join()
    assert len(runtime.invocations()) == 3


def test_log_files_can_be_kept(tmp_path: Path) -> None:
    runtime = Runtime(World("http://localhost:1", "us-east-1"), log_folder=tmp_path, log=lambda *_: None)
    run(runtime, "def handler(e, c): print('kept')\n")
    runtime.close()
    assert [path.read_text() for path in tmp_path.glob("sample-*.log")] == ["kept\n"]


def test_unpacked_content_can_be_kept_for_the_next_start(tmp_path: Path) -> None:
    def start() -> str:
        runtime = Runtime(World("http://localhost:1", "us-east-1"), cache=tmp_path, log=lambda *_: None)
        try:
            return str(run(runtime, "def handler(e, c): return __file__\n"))
        finally:
            runtime.close()

    first = start()
    assert Path(first).exists()
    assert start() == first


def test_children_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """The children do not depend on an orderly exit of their parent."""
    note = tmp_path / "pid"
    source = (f"import os, time\ndef handler(e, c):\n    open({str(note)!r}, 'w').write(str(os.getpid()))\n"
              "    time.sleep(60)\n")  # fmt: skip
    program = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom test_runtime import *\n"
        "runtime = Runtime(World('http://localhost:1', 'us-east-1'), log=lambda *_: None)\n"
        f"runtime.invoke(function({source!r}, timeout=60), b'{{}}')\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}  # for what a killed parent leaves behind
    parent = subprocess.Popen([sys.executable, "-c", program], env=environment)
    try:
        assert until(lambda: note.exists() and note.read_text() != "")
    finally:
        parent.kill()
        parent.wait()
    assert until(lambda: gone(int(note.read_text())))


def until(holds: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().split()[2] == "Z"
