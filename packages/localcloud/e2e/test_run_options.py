"""Test which options `./scripts/run` rejects before it builds anything, and that one signal ends it."""

from __future__ import annotations

import signal
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

import run_local

if TYPE_CHECKING:
    from pathlib import Path


def refusal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setattr("sys.argv", ["run", *arguments])
    monkeypatch.delattr(run_local, "deployed")
    with pytest.raises(SystemExit) as told:
        run_local.main()
    assert told.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


@pytest.mark.enable_socket
def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        told = refusal(capsys, monkeypatch, "--port", str(port))
    assert told == f"run: error: port {port} is taken, or cannot be used; choose another with --port"


@pytest.mark.enable_socket
def test_a_port_that_is_none(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "port 99999" in refusal(capsys, monkeypatch, "--port", "99999")


def test_a_genome_that_is_not_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal(capsys, monkeypatch, "--genome", "nowhere.fa") == "run: error: nowhere.fa: no such file"


def test_a_folder_of_something_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "thesis.tex").write_text("")
    told = refusal(capsys, monkeypatch, "--data", str(tmp_path))
    assert told == (
        f"run: error: {tmp_path}: the folder holds thesis.tex but no state; choose an empty folder, or a new one"
    )


def test_users_are_not_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = refusal(capsys, monkeypatch, "--data", str(tmp_path), "--access", "sign-in")
    assert told == "run: error: --data keeps no users who sign in; leave --access or --data out"


def test_a_signal_that_another_thread_receives_ends_the_wait() -> None:
    def interrupt() -> None:
        time.sleep(0.2)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        run_local.wait_for_a_signal()
