"""Genomes to design guides against: opened from a FASTA file, an index, or the accession of an assembly."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crackling.annotation.annotation import read_annotation
from crackling.closeable import Closeable
from crackling.errors import InputError
from crackling.guides.region import locate, parse_region, read_region
from crackling.specificity import Index, build_index
from crackling.specificity.index import is_index
from crackling.specificity.names import parse_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crackling.annotation.annotation import Annotation
    from crackling.ncbi.cache_builder import CacheBuilder
    from crackling.ncbi.cached_genome import CachedGenome
    from crackling.sequences.fasta import Contig
    from crackling.sequences.progress import Progress

_ENDINGS = (".gz", ".bz2", ".xz", ".zst", ".issl", ".fa", ".fna", ".fasta")


@dataclass(frozen=True, slots=True)
class Genome(Closeable):
    """A genome that is open. Use it as a context manager, or call close().

    Attributes:
        name: what results call it.
        index: the index of its sites.
        annotation: its genes; None where they are unknown.
        fasta: the file of its sequence; None where only the index is known.
    """

    name: str
    index: Index
    annotation: Annotation | None = None
    fasta: Path | None = None

    def close(self) -> None:
        """Release the index's memory."""
        self.index.close()

    @property
    def contigs(self) -> dict[str, int]:
        """Return the length of each contig by its name."""
        return dict(self.index.contigs)

    def read_region(self, region: str) -> Contig:
        """Read a part of the genome as a query.

        Args:
            region: a gene's name, or CONTIG:START-END, counted from 1 with the last base.

        Raises:
            InputError: there is no such gene, contig or part of it, or the genome's sequence is unknown.
            StorageError: the FASTA file cannot be read.
        """
        if self.fasta is None:
            raise _no_sequence(self.name)
        found = locate(region, self.contigs, self.annotation)
        return found.contig(read_region(self.fasta, found.position))


def open_genome(
    source: str | Path,
    *,
    annotation: str | Path | None = None,
    published_genes: bool = True,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Genome:
    """Open a genome: a FASTA file, an index, or the accession of an assembly at NCBI.

    A FASTA file is indexed each time that it is opened; build_index() makes an index to keep. The genome of an accession is
    downloaded and indexed once; from then on it is read from this machine's cache.

    Args:
        source: the path of a FASTA file or of an index, or an accession such as GCF_000840245.1.
        annotation: the genome's genes in GFF3 or GTF, plain or compressed.
        published_genes: without `annotation`, use the genes that NCBI publishes with an accession.
        threads: for indexing; default: all processors.
        progress: called with the name of a stage, what is done and what there is to do (0: unknown).

    Raises:
        InputError: a file is not FASTA, GFF3 or GTF, the annotation is of another genome, or there is no such assembly.
        IndexFileError: the index is damaged or of another version.
        StorageError: a file cannot be read or written.
        TransferError: NCBI cannot be reached.
    """
    path = Path(source)
    index, fasta = _open(path, threads, progress)
    with ExitStack() as stack:
        stack.enter_context(index)
        genes = read_genes(
            path, index, annotation=annotation, published_genes=published_genes, progress=progress
        )
        stack.pop_all()
    return Genome(genome_name(path), index, genes, fasta)


def _open(path: Path, threads: int | None, progress: Progress | None) -> tuple[Index, Path | None]:
    """Open the index of a genome, and find its FASTA file."""
    if is_accession(path):
        fasta = download_genome(str(path), threads=threads, progress=progress).fasta
        return open_index(path, threads=threads, progress=progress), fasta
    if is_index(path):
        return Index.open(path), None
    return _index_fasta(path, threads, progress), path


@contextmanager
def opened(
    genome: Genome | str | Path, *, threads: int | None = None, progress: Progress | None = None
) -> Iterator[Genome]:
    """Yield a genome that is open already, or open it for as long as it is used."""
    if isinstance(genome, Genome):
        yield genome
        return
    with open_genome(genome, threads=threads, progress=progress) as against:
        yield against


def open_index(source: str | Path, *, threads: int | None = None, progress: Progress | None = None) -> Index:
    """Open an index: a file, any of its shards, or the accession of an assembly, as open_genome() does.

    Raises:
        InputError: there is no such assembly.
        IndexFileError: not an index, damaged, of another version, or a shard is missing.
        StorageError: the file cannot be read.
        TransferError: NCBI cannot be reached.
    """
    path = Path(source)
    if not is_accession(path):
        return Index.open(path)
    from crackling.ncbi.cache import Cache

    return Cache().index(str(path), _cache_builder(threads, progress))


def read_genes(
    source: Path,
    index: Index,
    *,
    annotation: str | Path | None = None,
    published_genes: bool = True,
    progress: Progress | None = None,
) -> Annotation | None:
    """Read the annotation of a genome: of a file, else of an accession, else None.

    Raises:
        InputError: the file is neither GFF3 nor GTF, or of another genome than the index.
    """
    if annotation is not None:
        return read_annotation(Path(annotation), dict(index.contigs))
    if not published_genes or not is_accession(source):
        return None
    from crackling.ncbi.cache import Cache

    return Cache().annotation(str(source), _cache_builder(None, progress))


def download_genome(
    accession: str, *, threads: int | None = None, progress: Progress | None = None
) -> CachedGenome:
    """Download a genome and its genes from NCBI, verify and index them; what is cached is not downloaded again.

    Raises:
        InputError: there is no such assembly.
        StorageError: the disk is full or may not be written to.
        TransferError: the download failed; the next call resumes it.
    """
    from crackling.ncbi.cache import Cache

    return Cache().get(accession, _cache_builder(threads, progress))


def _cache_builder(threads: int | None, progress: Progress | None) -> CacheBuilder:
    from crackling.ncbi import Ncbi
    from crackling.ncbi.cache_builder import CacheBuilder

    return CacheBuilder(Ncbi.from_environment(), progress or (lambda _stage, _done, _total: None), threads)


def _index_fasta(path: Path, threads: int | None, progress: Progress | None) -> Index:
    """Index a FASTA file for as long as the index is open."""
    with tempfile.TemporaryDirectory(prefix="crackling-") as folder:
        built = Path(folder) / "genome.issl"
        build_index([path], built, threads=threads, progress=progress)
        return Index.open(built, verify=False)  # its memory map outlives the file


def check_region(region: str, genome: Genome | str | Path) -> None:
    """Check what can be known of a region before the genome is opened.

    Raises:
        InputError: it is no region, or the genome's sequence is unknown.
    """
    parse_region(region)
    if isinstance(genome, Genome):
        if genome.fasta is None:
            raise _no_sequence(genome.name)
    elif not is_accession(Path(genome)) and is_index(Path(genome)):
        raise _no_sequence(genome)


def _no_sequence(genome: str | Path) -> InputError:
    return InputError(
        f"{genome}: is an index, which holds no sequence to read a region from; give the FASTA file or the accession"
    )


def is_accession(path: Path) -> bool:
    """Return whether a path is the accession of an assembly, and no file."""
    if not str(path).startswith(("GCA_", "GCF_")) or path.exists():
        return False  # avoids the import, which takes 50 ms
    from crackling.ncbi import ACCESSION

    return ACCESSION.fullmatch(str(path)) is not None


def genome_name(path: Path) -> str:
    """Return what results call a genome: its file's name without endings, or its accession."""
    shard = parse_name(path)
    name = shard.built_as.name if shard else path.name
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name
