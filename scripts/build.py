"""Build what the stacks deploy: `python scripts/build.py [PART...]` (default: all, in this order).

node       the CDK's command line and what evaluates policies, into packages/infra/node_modules
layers     the Lambda layers and the functions' code, into build/ (--here: for this interpreter, as the local cloud wants it)
page       the static page, into packages/frontend/dist
assembly   both stacks, synthesised, into build/cdk.out (-c key=value: settings, as for `cdk synth`)

What is up to date is left alone. Needs no account and no Docker.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
INFRA, FRONTEND = ROOT / "packages" / "infra", ROOT / "packages" / "frontend"
RECIPES = ROOT / "packages" / "layers"
BUILD = ROOT / "build"
ASSEMBLY = BUILD / "cdk.out"
UNPACKED = BUILD / "unpacked"  # code and layers as the local cloud runs them
CDK = INFRA / "node_modules" / ".bin" / "cdk"
PARTS = ("node", "layers", "page", "assembly")


class BuildError(Exception):
    """Raised when a build step fails; the message names the step and has what it printed."""


def run(*command: str | Path, cwd: Path = ROOT, **variables: str) -> None:
    """Run a build step quietly; its output is shown only if it fails."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {
        **os.environ,
        "PATH": path,
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        **variables,
    }
    words = [str(part) for part in command]
    done = subprocess.run(
        words,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"{' '.join(words)} failed (exit code {done.returncode}):\n{done.stdout}")


@contextmanager
def exclusive(part: str) -> Iterator[None]:
    """Make every other process that builds this part wait, since sessions run side by side."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / f"{part}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def npm(folder: Path) -> None:
    """Install a package's pinned Node modules, unless they are installed already."""
    installed, pinned = folder / "node_modules" / ".package-lock.json", folder / "package-lock.json"
    with exclusive(folder.name):
        if not installed.exists() or installed.stat().st_mtime < pinned.stat().st_mtime:
            run("npm", "ci", "--no-audit", "--no-fund", cwd=folder)


def build_layers(*options: str) -> None:
    run(sys.executable, RECIPES / "build.py", *options)


def architecture() -> str:
    """Return this machine's architecture, as Lambda names it."""
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


def can_build_bowtie2() -> bool:
    """Return whether this machine has the tools that unpack Debian packages, from which bowtie2's layer is made."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def build_page() -> None:
    """Build the page, unless it exists and its sources have not changed."""
    npm(FRONTEND)
    stamp = BUILD / "page.inputs"
    with exclusive("page"):
        inputs = page_inputs()
        if (
            not (FRONTEND / "dist" / "index.html").exists()
            or not stamp.exists()
            or stamp.read_text() != inputs
        ):
            run("npm", "run", "build", cwd=FRONTEND)
            stamp.write_text(inputs)


def page_inputs() -> str:
    """Return the digest of the files that the page is made from."""
    digest = hashlib.sha256()
    sources = sorted(path for path in (FRONTEND / "src").rglob("*") if path.is_file())
    for path in [*sources, FRONTEND / "build.js", FRONTEND / "package-lock.json"]:
        digest.update(f"{path.relative_to(FRONTEND)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def synthesise(out: Path, settings: dict[str, str]) -> None:
    """Write the cloud assembly. The rule engine is left out, since it has a session of its own (lint-templates)."""
    context = {**json.loads((INFRA / "cdk.json").read_text())["context"], **settings}
    run(
        sys.executable,
        INFRA / "app.py",
        cwd=INFRA,
        CDK_OUTDIR=str(out),
        CDK_CONTEXT_JSON=json.dumps(context),
        CDK_VALIDATION="false",
    )


def setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not key=value")
    return key, value


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--here", action="store_true", help="layers for this interpreter")
    parser.add_argument("-c", dest="settings", type=setting, action="append", default=[], metavar="key=value")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part {unknown.pop()}: there are {', '.join(PARTS)}")
    parts = options.parts or PARTS
    try:
        if "node" in parts:
            npm(INFRA)
        if "layers" in parts:
            build_layers(*(["--here"] if options.here else []))
        if "page" in parts:
            build_page()
        if "assembly" in parts:
            synthesise(ASSEMBLY, dict(options.settings))
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
