"""The sessions: `./scripts/test` runs the default ones, `./scripts/test -s NAME` one of them, `./scripts/test -l` lists them.

lint           ruff: rules and format
types          mypy, strict
test-layers    the science: unit and property tests, without network, with coverage
sanitize       the kernel's tests with address and undefined-behaviour sanitizers (needs a C compiler)

Not by default:
bench          speed and size of index, search and design, as a table (docs/performance.md)
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "types", "test-layers", "sanitize"]
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = True

ROOT = Path(__file__).parent
BUILD = ROOT / "build"
LAYERS = "packages/layers"
TEST_TOOLS = ("pytest", "pytest-socket", "hypothesis", "numpy", "coverage[toml]")


def install(session: nox.Session, *what: str) -> None:
    """All versions come from one file."""
    session.install("-c", "constraints.txt", *what)


@nox.session
def lint(session: nox.Session) -> None:
    install(session, "ruff")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    install(session, "mypy", "hatchling", *TEST_TOOLS, "nox", "-e", LAYERS)
    session.run(
        "mypy", "noxfile.py", "scripts/environment.py", f"{LAYERS}/src", f"{LAYERS}/native", f"{LAYERS}/bench"
    )


@nox.session(name="test-layers")
def test_layers(session: nox.Session) -> None:
    install(session, *TEST_TOOLS, "-e", LAYERS)
    session.chdir(LAYERS)
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "report", "--skip-covered", "--fail-under=90")


@nox.session
def sanitize(session: nox.Session) -> None:
    if not shutil.which("cc"):
        session.skip("no C compiler (cc); the address sanitizer needs one")
    install(session, *TEST_TOOLS, "-e", LAYERS)
    kernel = BUILD / "kernel-sanitized.so"
    session.run("python", f"{LAYERS}/native/compile.py", "--sanitize", "--output", str(kernel))
    runtime = session.run("cc", "-print-file-name=libasan.so", external=True, silent=True)
    session.chdir(LAYERS)
    session.run(
        "python",
        "-m",
        "pytest",
        "tests/specificity",
        *session.posargs,
        env={
            "CRACKLING_KERNEL": str(kernel),
            "LD_PRELOAD": str(runtime).strip(),
            "ASAN_OPTIONS": "detect_leaks=0",  # Python keeps its own memory to the end
            "HYPOTHESIS_PROFILE": "sanitize",
        },
    )


@nox.session
def bench(session: nox.Session) -> None:
    install(session, "numpy", "-e", LAYERS)
    session.run("python", f"{LAYERS}/bench/run.py", *session.posargs)
