"""Estimate the largest genome that a function can index: fit the time, memory and scratch space of builds by size.

As many threads work as a function has processors, here on fewer. Time is that of the processors, which a busy machine lengthens
less than what a clock says. A build's share that only one thread works at is measured; the rest is divided among six.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from xopen import xopen

import debian
from crackling.sequences.fasta import read_parts
from crackling.specificity.builder import RECORDS_AT_ONCE
from genomes import ECOLI, FALCIPARUM, HUMAN, prepare
from report import Figure
from synthetic import write_genome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from genomes import Source
    from report import Report

PROCESSORS = 6  # processors of a function with the most memory
MEMORY, SCRATCH, SECONDS = 10e9, 10e9, 900.0
MARGIN = 0.8  # share of the time that is planned; the rest is for slower machines
TRANSFER = 100e6  # bytes a second between a function and S3, with many connections
ISSL_SIZES = (60_000_000, 250_000_000)
BOWTIE2_SIZES = (60_000_000,)
# Fewer records at once, so that a build of these sizes goes through the genome as often as one of a few Gb does.
FEWER_RECORDS = 1 << 24
MORE_MEMORY = 8 * (RECORDS_AT_ONCE - FEWER_RECORDS)  # that those take
LARGEST = 20e9
SAMPLE_SECONDS = 0.05
FOLDER = debian.BUILD / "limits"


@dataclass(frozen=True, slots=True)
class Run:
    """One build.

    seconds: of all processors; serial: the share of them in which one thread alone worked; peak_bytes: of memory;
    scratch_bytes: on the disk at most, with the compressed sequence.
    """

    bases: int
    seconds: float
    serial: float
    peak_bytes: int
    scratch_bytes: int
    index_bytes: int


@dataclass(frozen=True, slots=True)
class Kind:
    """An index, and the command that builds it from a FASTA file with some threads."""

    name: str
    command: Callable[[Path, Path], list[str]]
    more_memory: float = 0.0  # bytes that larger builds need in addition, whatever their size


def measure_limits(report: Report) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        issl = [*_real(report, ECOLI, FALCIPARUM, HUMAN), *_synthetic(report, ISSL_SIZES)]
        _measure(report, Kind("ISSL index", _issl, MORE_MEMORY), issl)
        program = _bowtie2_build()
        if not program:
            report.say("bowtie2 cannot be had: not measured")
            return
        small = [*_real(report, ECOLI, FALCIPARUM, HUMAN), *_synthetic(report, BOWTIE2_SIZES)]
        _measure(report, Kind("bowtie2 index", lambda *words: _bowtie2(program, *words)), small)
    finally:
        shutil.rmtree(FOLDER)


def _issl(fasta: Path, out: Path) -> list[str]:
    program = (
        f"from crackling.specificity import builder; builder.RECORDS_AT_ONCE = {FEWER_RECORDS}; "
        "import sys; from crackling.cli import main; main(sys.argv[1:])"
    )
    return [sys.executable, "-c", program, "index", str(fasta), "-o", str(out), "--threads", str(PROCESSORS)]


def _bowtie2(program: Path, fasta: Path, out: Path) -> list[str]:
    return [str(program), "--quiet", "--threads", str(PROCESSORS), str(fasta), str(out)]


def _bowtie2_build() -> Path | None:
    installed = shutil.which("bowtie2-build-s")
    return Path(installed) if installed else debian.find("bowtie2", "usr/bin/bowtie2-build-s")


def _real(report: Report, *sources: Source) -> list[Path]:
    report.say("real genomes: compressing")
    return [_compressed(prepare(source).fasta) for source in sources]


def _synthetic(report: Report, sizes: Sequence[int]) -> list[Path]:
    found = []
    for bases in sizes:
        plain = FOLDER / f"synthetic_{bases // 1_000_000}.fa"
        report.say(f"{plain.stem}: writing")
        write_genome(plain, bases)
        found.append(_compressed(plain))
        plain.unlink()
    return found


def _compressed(fasta: Path) -> Path:
    """Compress a file as the downloader does."""
    packed = FOLDER / f"{fasta.name}.gz"
    if not packed.exists():
        with fasta.open("rb") as plain, xopen(packed, "wb", compresslevel=2, threads=0) as out:
            shutil.copyfileobj(plain, out, 1 << 20)
    return packed


def _measure(report: Report, kind: Kind, genomes: Sequence[Path]) -> None:
    runs: list[Run] = []
    for fasta in genomes:
        run = _build(kind, fasta)
        note = (
            f"{run.peak_bytes / 1e9:.2f} GB of memory, {run.scratch_bytes / 1e9:.2f} GB of scratch; "
            f"one thread alone in {run.serial:.0%}"
        )
        name = fasta.name.split(".")[0].replace("_", " ")
        report.add(
            Figure(kind.name, f"{name}, {run.bases / 1e6:,.0f} Mb", run.seconds, "s of processors", note=note)
        )
        runs.append(run)
    _report_limits(report, kind, sorted(runs, key=lambda run: run.bases))


def _report_limits(report: Report, kind: Kind, runs: Sequence[Run]) -> None:
    """Fit the larger half of the runs, where anything that is constant or bounded no longer matters."""
    large = runs[len(runs) // 2 :]
    serial = max(run.serial for run in large)
    share = serial + (1 - serial) / PROCESSORS
    work = _sorting(large)
    memory = _line(large, [run.peak_bytes + kind.more_memory for run in large])
    scratch = _line(large, [run.scratch_bytes for run in large])
    index = _line(large, [run.index_bytes for run in large])

    def seconds(n: float) -> float:
        return work(n) * share + index(n) / TRANSFER

    limits: dict[str, Callable[[float], float]] = {
        "time": lambda n: seconds(n) / (SECONDS * MARGIN),
        "memory": lambda n: memory(n) / MEMORY,
        "scratch": lambda n: scratch(n) / SCRATCH,
    }
    for name, used in limits.items():
        n = _largest(used)
        note = f"then {seconds(n):,.0f} s, {memory(n) / 1e9:.1f} GB of memory, {scratch(n) / 1e9:.1f} GB of scratch"
        report.add(Figure(kind.name, f"largest by {name}, estimate", n / 1e9, "Gb", note=note))


def _sorting(runs: Sequence[Run]) -> Callable[[float], float]:
    """Return C n log n, the cost of sorting, with the largest c of the runs."""
    worst = max(run.seconds / (run.bases * np.log2(run.bases)) for run in runs)
    return lambda n: float(worst * n * np.log2(n))


def _line(runs: Sequence[Run], values: Sequence[float]) -> Callable[[float], float]:
    slope, constant = np.polyfit([run.bases for run in runs], values, 1)
    return lambda n: float(constant + slope * n)


def _largest(used: Callable[[float], float]) -> float:
    """Return the largest genome that needs no more than is available."""
    low, high = 1e6, LARGEST
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if used(middle) <= 1 else (low, middle)
    return low


def _build(kind: Kind, fasta: Path) -> Run:
    folder = FOLDER / "build"
    folder.mkdir()
    with subprocess.Popen(kind.command(fasta, folder / "genome"), stdout=subprocess.DEVNULL) as process:
        watch = _Watch(process.pid, folder)
        process.wait()
    watch.stop()
    if process.returncode:
        raise RuntimeError(f"{kind.name} of {fasta.name} failed: exit code {process.returncode}")
    index = _size(folder)
    shutil.rmtree(folder)
    scratch = max(watch.disk, index) + fasta.stat().st_size
    return Run(_bases(fasta), watch.seconds, watch.alone / watch.seconds, watch.memory, scratch, index)


def _bases(fasta: Path) -> int:
    return sum(len(part) for _, parts in read_parts(fasta) for part in parts)


def _size(folder: Path) -> int:
    total = 0
    for entry in os.scandir(folder):
        try:
            total += entry.stat().st_blocks * 512
        except FileNotFoundError:  # renamed meanwhile
            continue
    return total


class _Watch:
    """A sampler of a process and a folder: memory, size, processor time, and the number of busy threads."""

    def __init__(self, process: int, folder: Path) -> None:
        self.memory = self.disk = 0
        self.seconds = self.alone = 0.0
        self._process, self._folder = Path(f"/proc/{process}"), folder
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look_again)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _look_again(self) -> None:
        while not self._stopped.wait(SAMPLE_SECONDS):
            self.disk = max(self.disk, _size(self._folder))
            try:
                self._look()
            except (FileNotFoundError, ProcessLookupError):  # it has just ended
                continue

    def _look(self) -> None:
        lines = (self._process / "status").read_text().splitlines()
        peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
        self.memory = max(self.memory, 1024 * peak)
        used = _fields(self._process / "stat")
        seconds = (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")
        # Threads that are ready to run, with or without a processor, so that the load of other programs does not matter.
        working = sum(_fields(task / "stat")[0] == "R" for task in (self._process / "task").iterdir())
        self.alone += seconds - self.seconds if working <= 1 else 0.0
        self.seconds = max(self.seconds, seconds)


def _fields(stat: Path) -> list[str]:
    """Return the fields after a process's name: its state first, user and system time twelfth and thirteenth."""
    return stat.read_text().rpartition(")")[2].split()
