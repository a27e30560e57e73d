"""Align guides to a genome with bowtie2: find their perfect alignments, and whether they are unique by the published rule.

Each guide is aligned with each PAM of NGG and NAG, end to end, without a mismatch, and all alignments are reported. A guide with
more than one is not unique. The number is that of the guide's occurrences with no mismatch in an index (`mm0`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crackling.errors import CracklingError, InputError, StorageError
from crackling.guides.sites import SITE_NT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import IO

PAMS = tuple(f"{base}{end}" for end in ("GG", "AG") for base in "ACGT")
_REVERSE = 16  # flag of SAM
# End to end, with a score of at least 0, which only perfect alignments have; report all of them, and only guides that align.
_OPTIONS = ("--end-to-end", "--score-min", "C,0,0", "-a", "--no-hd", "--no-unal", "--omit-sec-seq", "--quiet")


class Alignment(NamedTuple):
    """A location: 0-based half-open on the contig's forward strand, 23 nt with the PAM, which reads 5' to 3' on `strand`."""

    contig: str
    start: int
    end: int
    strand: str
    pam: str


@dataclass(frozen=True, slots=True)
class AlignedGuide:
    """A guide's perfect alignments, by contig, start and strand."""

    guide: str
    alignments: tuple[Alignment, ...]

    @property
    def unique(self) -> bool:
        """Return whether a guide is unique by the published rule: one that is nowhere in the genome passes."""
        return len(self.alignments) <= 1


def align(
    guides: Sequence[str], index: Path, *, programs: Path | None = None, threads: int | None = None
) -> list[AlignedGuide]:
    """Align guides to a genome.

    Args:
        guides: 20 nt of A, C, G, T each.
        index: the prefix that bowtie2-build was given: index.1.bt2 and others, or .bt2l where the genome is large.
        programs: the folder of bowtie2-align-s and bowtie2-align-l; default: they are on the PATH.
        threads: default: all processors.

    Returns:
        In the order of `guides`.

    Raises:
        InputError: bowtie2 is not there.
        StorageError: the index is not there.
        CracklingError: bowtie2 failed.
    """
    command = [str(_program(index, programs)), *_OPTIONS, "-p", str(threads or os.cpu_count() or 1)]
    distinct = list(dict.fromkeys(guides))
    found: dict[str, list[Alignment]] = {guide: [] for guide in distinct}
    with tempfile.TemporaryFile("w+") as queries:
        _write_queries(queries, distinct)
        for number, alignment in _run([*command, "-x", str(index), "-f", "-"], queries):
            found[distinct[number]].append(alignment)
    aligned = {guide: AlignedGuide(guide, tuple(sorted(alignments))) for guide, alignments in found.items()}
    return [aligned[guide] for guide in guides]


def _program(index: Path, programs: Path | None) -> Path:
    """Return the aligner for the index: genomes above 4 Gb have 64-bit numbers."""
    for ending, name in ((".1.bt2", "bowtie2-align-s"), (".1.bt2l", "bowtie2-align-l")):
        if index.with_name(index.name + ending).exists():
            found = shutil.which(name, path=str(programs) if programs else None)
            if not found:
                raise InputError(
                    f"{name}: not found; install bowtie2, or name the folder that its programs are in"
                )
            return Path(found)
    raise StorageError(
        f"{index}: no bowtie2 index (.1.bt2 or .1.bt2l); name the prefix that bowtie2-build was given"
    )


def _write_queries(file: IO[str], guides: Iterable[str]) -> None:
    for number, guide in enumerate(guides):
        file.writelines(f">{number}.{pam}\n{guide}{pam}\n" for pam in PAMS)
    file.seek(0)


def _run(command: list[str], queries: IO[str]) -> Iterator[tuple[int, Alignment]]:
    """Yield the number of a guide and one of its locations at a time, as those of a repeat may be many."""
    with (
        tempfile.TemporaryFile("w+", errors="replace") as complaints,
        subprocess.Popen(
            command, stdin=queries, stdout=subprocess.PIPE, stderr=complaints, text=True
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            yield _parse(line)
        if process.wait():
            complaints.seek(0)
            said = " ".join(complaints.read().split())[-300:] or f"exit code {process.returncode}"
            raise CracklingError(f"{Path(command[0]).name} failed: {said}")


def _parse(line: str) -> tuple[int, Alignment]:
    """Parse a line of SAM."""
    name, flags, contig, position = line.split("\t", 4)[:4]
    number, pam = name.split(".")
    start = int(position) - 1
    return int(number), Alignment(contig, start, start + SITE_NT, "-" if int(flags) & _REVERSE else "+", pam)
