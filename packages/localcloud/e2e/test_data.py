"""Test `./scripts/run --data`: a job that was at work when everything was killed is finished after the next start."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import build
from delivery.api_client import ApiClient
from local_stage import SAMPLE, SAMPLE_GENOME
from plumbing import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_SECONDS = 600


class Run:
    """A running program with a folder."""

    def __init__(self, data: Path) -> None:
        self.heard = ""
        program = build.ROOT / "packages/localcloud/run/run_local.py"
        self.process = subprocess.Popen(
            [sys.executable, program, "--port", "0", "--data", data],
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(build.ROOT / "scripts")])},
        )  # fmt: skip
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.heard += line

    def ready(self) -> ApiClient:
        def said() -> bool:
            assert self.process.poll() is None, self.heard
            return "Ready: " in self.heard

        wait_until(said, "it is ready", START_SECONDS)
        found = re.search(r"Ready: (\S+)", self.heard)
        assert found
        return ApiClient(f"{found[1]}/api")

    def kill(self) -> None:
        """Kill the program and all its functions, as a power cut would."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def started(data: Path) -> Iterator[Run]:
    run = Run(data)
    try:
        yield run
    finally:
        run.kill()


def test_work_goes_on_and_results_are_there_after_a_kill(tmp_path: Path) -> None:
    with started(tmp_path) as first:
        api = first.ready()
        done = api.submit(fasta=(SAMPLE / "cI.fa").read_text(), genome=SAMPLE_GENOME)
        api.wait_for_job(done)
        result = api.export(done, "csv")
        query = (SAMPLE / "lambda_phage.fa").read_text()
        jobs = [api.submit(fasta=query, genome=SAMPLE_GENOME) for _ in range(3)]
        wait_until(lambda: api.get(f"/jobs/{jobs[0]}")["status"] == "scoring", "the first is at work", 60)
        first.kill()
    with started(tmp_path) as second:
        api = second.ready()
        assert api.export(done, "csv") == result
        for job in jobs:
            api.wait_for_job(job)
        assert len({api.export(job, "csv") for job in jobs}) == 1
        again = api.submit(fasta=query, genome=SAMPLE_GENOME)
        api.wait_for_job(again)
        assert api.export(again, "csv") == api.export(jobs[0], "csv")
        assert [one["genome"] for one in api.genomes()] == [SAMPLE_GENOME]
