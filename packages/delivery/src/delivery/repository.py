"""Find the files of the repository that this package belongs to, and build its products."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from delivery.program import DeliveryError

ROOT = Path(__file__).resolve().parents[4]
ASSEMBLY = ROOT / "build" / "cdk.out"
SAMPLE = ROOT / "sample"
SBOMS = ROOT / "build" / "sbom"
NODE_PROGRAMS = ROOT / "packages" / "infra" / "node_modules" / ".bin"


def environment(**variables: str) -> dict[str, str]:
    """Return this process's environment, with the programs beside its interpreter on PATH: Node may be one of them."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, **variables}


def build(*arguments: str) -> None:
    """Run scripts/build.py, which leaves alone what is up to date.

    Raises:
        DeliveryError: a step failed; its output is on standard error.
    """
    script = ROOT / "scripts" / "build.py"
    done = subprocess.run([sys.executable, str(script), *arguments], stdout=sys.stderr, check=False)
    if done.returncode:
        raise DeliveryError(
            f"{' '.join([script.name, *arguments])} failed (exit code {done.returncode}); see above"
        )


def isolated(tool: str) -> Path:
    """Install a tool into its own environment, unless it is there already, and return the folder with its programs.

    Raises:
        DeliveryError: it could not be installed; the output is on standard error.
    """
    script = ROOT / "scripts" / "isolated.py"
    if subprocess.run([sys.executable, str(script), tool], stdout=sys.stderr, check=False).returncode:
        raise DeliveryError(f"{tool} could not be installed into build/{tool}; see above")
    return ROOT / "build" / tool / "bin"


def output_of(*words: str, cwd: Path = ROOT) -> str:
    """Return what a program writes to standard output.

    Raises:
        DeliveryError: it failed; the message ends with what it wrote to standard error.
    """
    done = subprocess.run(words, cwd=cwd, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeliveryError(f"{' '.join(words)} failed: {done.stderr.strip()}")
    return done.stdout


def synthesise(**settings: str) -> Path:
    """Build everything that is deployed, synthesise both stacks with these settings, and return the assembly."""
    build(*(word for key, value in settings.items() for word in ("-c", f"{key}={value}")))
    return ASSEMBLY


def tracked_although_ignored(root: Path) -> list[str]:
    """Return the names of the files that git tracks although .gitignore names them.

    Raises:
        DeliveryError: git cannot list them.
    """
    words = ["git", "ls-files", "-z", "--cached", "--ignored", "--exclude-standard"]
    done = subprocess.run(words, cwd=root, check=False, capture_output=True, text=True)
    if done.returncode:
        raise DeliveryError(f"git cannot list the files of {root}: {done.stderr.strip()}")
    return [name for name in done.stdout.split("\0") if name]
