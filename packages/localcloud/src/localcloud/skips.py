"""Fail a run with skipped tests if the variable CI is set; a plugin of pytest: `pytest -p localcloud.skips`.

A test is skipped if its machine lacks a program or data. In continuous integration everything is present that can be
published, so a skipped test there means that something is no longer tested.
"""

from __future__ import annotations

import os

import pytest

# Tests that may be skipped everywhere, with the reason.
ALLOWED = {
    "test_a_packed_library_still_works": "a library for the other processor cannot be loaded; this machine's is",
    "test_the_real_program_builds_from_gzipped_fasta": "bowtie2 is in its layer, not on PATH; the end-to-end tests run it",
}
# Figures and genomes of others, which are not part of the repository: their tests run where somebody has them.
REFERENCE = "CRACKLING_REFERENCE is not set"


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("CI"):
        config.pluginmanager.register(SkippedTests())


class SkippedTests:
    """Collects the tests that were skipped without permission."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._found and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._found:
            terminalreporter.section("skipped, but CI is set")
            for test, reason in self._found.items():
                terminalreporter.line(f"{test}: {reason}")

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        name = report.nodeid.rpartition("::")[2].partition("[")[0]
        # Pytest reports an expected failure as skipped, too.
        reason = str(report.longrepr)
        allowed = hasattr(report, "wasxfail") or name in ALLOWED or REFERENCE in reason
        if report.skipped and not allowed:
            self._found[report.nodeid] = reason
