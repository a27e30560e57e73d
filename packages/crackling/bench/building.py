"""Build an index in a process of its own, so that the peak memory is that of the build alone.

`python building.py FASTA INDEX THREADS` prints seconds and bytes as JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from crackling.specificity.build import build_index


@dataclass(frozen=True, slots=True)
class Build:
    bases: int
    sites: int
    distinct_sites: int
    index_bytes: int
    seconds: float
    processor_seconds: float
    peak_bytes: int


def measure(fasta: Path, index: Path, threads: int, repeats: int = 1) -> Build:
    """Build several times; return the fastest build with the highest memory of all."""
    builds = [_in_child(fasta, index, threads) for _ in range(repeats)]
    best = min(builds, key=lambda build: build.seconds)
    peak = max(build.peak_bytes for build in builds)
    return replace(best, peak_bytes=peak)


def _in_child(fasta: Path, index: Path, threads: int) -> Build:
    command = [sys.executable, __file__, str(fasta), str(index), str(threads)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Build(**json.loads(done.stdout))


def _peak_bytes() -> int:
    """Return the peak memory from the process's own memory map.

    rusage also counts what the parent had when it started the child.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    fasta, index, threads = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    started = time.process_time()
    built = build_index([fasta], index, threads=threads)
    figures = {
        "bases": built.bases,
        "sites": built.sites,
        "distinct_sites": built.distinct_sites,
        "index_bytes": built.bytes,
        "seconds": built.seconds,
        "processor_seconds": time.process_time() - started,
        "peak_bytes": _peak_bytes(),
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
