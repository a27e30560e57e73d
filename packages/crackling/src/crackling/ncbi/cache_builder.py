"""How a genome comes into its folder: NCBI's files, the index of its sequence, and its genes in the form that loads at once."""

from __future__ import annotations

import hashlib
import logging
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from crackling.annotation.annotation import read_gff
from crackling.errors import InputError
from crackling.ncbi.cached_genome import FASTA, GENES, GFF, Kept, md5_of
from crackling.ncbi.download import wrong_md5
from crackling.sequences.files import appearing, readable, writing
from crackling.sequences.progress import read_with_progress
from crackling.specificity import Index, build_index

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from crackling.ncbi.assembly import Assembly
    from crackling.ncbi.datasets import Ncbi
    from crackling.ncbi.download import RemoteFile
    from crackling.sequences.progress import Progress

# The stages' names beside those of the index; their progress is in bytes.
FETCHING: Final = "fetching"
FETCHING_GENES: Final = "fetching genes"
READING_GENES: Final = "reading genes"
_READ = 1024 * 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """How a genome is brought into the cache."""

    ncbi: Ncbi
    progress: Progress
    threads: int | None = None


def make(accession: str, folder: Path, known: Kept | None, work: Work) -> Kept:
    """Bring what is missing of a genome into its folder; `known` is what was there before.

    Raises:
        InputError: there is no such assembly, or it is no DNA.
        TransferError: it could not be fetched; what was fetched is kept.
        StorageError: the disk is full or may not be written to.
    """
    for left in folder.glob(".*.tmp"):  # by a process that was killed
        left.unlink()
    return _annotated(_indexed(_fetched(accession, folder, known, work), work), work)


def _fetched(accession: str, folder: Path, known: Kept | None, work: Work) -> Kept:
    """With NCBI's files in place."""
    if known and all(map(known.sound, known.published)):
        return known
    assembly = work.ncbi.assembly(accession)
    files = {FASTA: work.ncbi.fasta(assembly)}
    if genes := work.ncbi.annotation(assembly):
        files[GFF] = genes
    _log_download(assembly, files.values())
    for name, file in files.items():
        path = folder / name
        if not path.is_file() or md5_of(path) != file.md5:
            _download(file, path, work)
    md5s = {name: file.md5 for name, file in files.items()}
    if known and known.published == md5s:
        return known
    return Kept(folder, assembly, md5s, {name: (folder / name).stat().st_size for name in files})


def _log_download(assembly: Assembly, files: Collection[RemoteFile]) -> None:
    from rich.filesize import decimal

    sizes = [file.bytes for file in files if file.bytes]
    size = decimal(sum(sizes)) if len(sizes) == len(files) else "files of unknown size"
    genes = ", its genes included" if len(files) > 1 else ""
    logger.info(
        "%s: %s bases, contigs: %s; %s to fetch%s",
        assembly.title,
        f"{assembly.bases:,}",
        f"{assembly.contigs:,}",
        size,
        genes,
    )
    if assembly.superseded:
        logger.info("%s has replaced it; this one is fetched as it was asked for", assembly.current)


def _indexed(kept: Kept, work: Work) -> Kept:
    if kept.index_files and all(map(kept.has, kept.index_files)):
        return kept
    summary = build_index([kept.fasta], kept.index, threads=work.threads, progress=work.progress)
    others = {name: size for name, size in kept.files.items() if name not in kept.index_files}
    return replace(kept, files=others | {path.name: path.stat().st_size for path in summary.files})


def _annotated(kept: Kept, work: Work) -> Kept:
    if GFF not in kept.files or (GENES in kept.files and kept.sound(GENES)):
        return kept
    gff, genes = kept.folder / GFF, kept.folder / GENES
    try:
        _prepare_genes(gff, genes, kept, work)
    except InputError as error:  # its publisher's fault, not the user's: the genome is of use without
        logger.warning("it is kept without genes: %s", error)
        gff.unlink()
        files = {name: size for name, size in kept.files.items() if name not in (GFF, GENES)}
        return replace(kept, files=files, md5s={FASTA: kept.md5s[FASTA]})
    return replace(
        kept,
        files=kept.files | {GENES: genes.stat().st_size},
        md5s=kept.md5s | {GENES: md5_of(genes)},
    )


def _prepare_genes(gff: Path, genes: Path, kept: Kept, work: Work) -> None:
    with Index.open(kept.index, verify=False) as index:
        contigs = {name for name, _ in index.contigs}
    size = kept.files[GFF]
    with readable(gff) as file:
        stream = read_with_progress(file, lambda done: work.progress(READING_GENES, done, size))
        annotation = read_gff(stream, f"the annotation of {kept.assembly.accession}", contigs)
    with appearing(genes) as out:
        annotation.write(out)


def _download(file: RemoteFile, path: Path, work: Work) -> None:
    """Fetch a file, going on where an earlier attempt broke off.

    Raises:
        TransferError: it could not be had; what came is kept, unless it was damaged.
    """
    part = path.with_name(f"{file.md5}.part")
    for other in set(path.parent.glob("*.part")) - {part}:  # of a file that NCBI has replaced
        other.unlink()
    resumed = part.is_file()
    with writing(part):
        md5 = _fill(part, file, FETCHING if path.name == FASTA else FETCHING_GENES, work)
        if md5 == file.md5:
            part.replace(path)
            return
        part.unlink()
    if not resumed:
        raise wrong_md5(file)
    _download(file, path, work)  # what had lain there was damaged: once more from the start


def _fill(part: Path, file: RemoteFile, stage: str, work: Work) -> str:
    """Append what is missing of a file, and return the md5 of all."""
    digest = hashlib.md5(usedforsecurity=False)
    with part.open("a+b") as stream:
        stream.seek(0)
        while block := stream.read(_READ):
            digest.update(block)
        with closing(work.ncbi.blocks(file, stream.tell())) as blocks:
            for part_of_it in blocks:
                stream.write(part_of_it)
                stream.flush()  # what is in the file survives this process
                digest.update(part_of_it)
                work.progress(stage, stream.tell(), file.bytes or 0)
    return digest.hexdigest()
