"""Provide a cheap science in which every figure depends on everything that it should depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

from crackling.efficiency import Efficiency
from crackling.sequences.fasta import read_fasta, reverse_complement
from crackling.specificity import OffTarget, Specificity
from crackling_aws.stores.objects import MissingObjectError
from crackling_lambdas.errors import DamagedIndexError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from crackling.guides.sites import Site
    from crackling_aws.models.genomes import Genome, IndexFile
    from crackling_aws.stores.multipart import OnBytes
    from crackling_aws.stores.objects import ObjectStore
    from crackling_lambdas.index_files.lookup_watch import LookupWatch

DAMAGE = b"\0"  # what a damaged index begins with; what takes no notice of it gives other scores


def efficiency(guide: str) -> Efficiency:
    verdicts = crc32(guide.encode())
    return Efficiency(bool(verdicts & 1), bool(verdicts & 2), bool(verdicts & 4), verdicts / 7, None, None)


def specificity(genome: bytes, guide: str) -> Specificity:
    figure = crc32(guide.encode(), crc32(genome))
    return Specificity(figure / 3, figure / 5, (figure % 3, 0, 0, figure % 7, figure % 11))


def assess(sites: Sequence[Site]) -> list[Efficiency]:
    return [efficiency(site.guide) for site in sites]


def content(contigs: Any) -> bytes:
    return "|".join(f"{contig.name}:{contig.sequence}" for contig in contigs).encode()


def build(sources: Sequence[Path], out: Path, *, progress: Any = None) -> list[Path]:
    """Two shards: the genome, cut in the middle."""
    if progress:
        progress("reading", 1, 0)
    genome = content(contig for path in sources for contig in read_fasta(path))
    middle = len(genome) // 2
    shards = {out.with_name("1"): genome[:middle], out.with_name("2"): genome[middle:]}
    for path, part in shards.items():
        path.write_bytes(part)
    return list(shards)


def build_bowtie2(fasta: Path, prefix: Path) -> None:
    for suffix in ("1.bt2", "rev.1.bt2"):
        prefix.with_name(f"{prefix.name}.{suffix}").write_bytes(content(read_fasta(fasta)))


class Indexes:
    """Score with indexes that are the genomes themselves, and notice those that are damaged or missing."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def score(self, genome: Genome, guides: Sequence[str], on_bytes: OnBytes) -> list[Specificity]:
        whole = b"".join(self._read(file) for file in genome.files)
        on_bytes(len(whole), len(whole))
        return [specificity(whole, guide) for guide in guides]

    def _read(self, file: IndexFile) -> bytes:
        try:
            content = self._objects.get(file.key)
        except MissingObjectError as error:
            raise DamagedIndexError(str(error)) from error
        if content.startswith(DAMAGE):
            raise DamagedIndexError(f"{file.key} is damaged")
        return content

    def off_targets(
        self, genome: Genome, guide: str, most: int, watch: LookupWatch
    ) -> tuple[int, list[OffTarget]]:
        watch.begin(len(genome.files))
        for file in genome.files:
            self._read(file)
        alignment = "." * 20
        rows = [
            OffTarget(guide, "g", at, at + 23, "+", guide, "AGG", 0, alignment, 0.0, 1.0) for at in range(3)
        ]
        return len(rows), rows[:most]


def guides(sequence: str) -> Iterator[str]:
    """Return the guides of a query in query order, found the slow way."""
    for start in range(len(sequence) - 22):
        window = sequence[start : start + 23]
        if window.endswith("GG"):
            yield window[:20]
        if window.startswith("CC"):
            yield reverse_complement(window)[:20]
