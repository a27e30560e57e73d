"""Fill the cache folder of a genome: download NCBI's files, index the sequence, and prepare the genes for quick loading."""

from __future__ import annotations

import hashlib
import logging
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from crackling.annotation.annotation import read_gff
from crackling.errors import InputError
from crackling.ncbi.cached_genome import FASTA, GENES, GFF, CachedGenome, md5_of
from crackling.ncbi.download import wrong_md5
from crackling.sequences.files import explain_write_errors, open_for_reading, write_atomically
from crackling.sequences.progress import read_with_progress
from crackling.specificity import Index, build_index

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from crackling.ncbi.assembly import Assembly
    from crackling.ncbi.datasets import Ncbi
    from crackling.ncbi.download import RemoteFile
    from crackling.sequences.progress import Progress

# Names of stages, beside those of the index; their progress is in bytes.
DOWNLOADING: Final = "downloading"
DOWNLOADING_GENES: Final = "downloading genes"
READING_GENES: Final = "reading genes"
_READ_BYTES = 1024 * 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CacheBuilder:
    """A builder that downloads, verifies and indexes genomes in folders."""

    ncbi: Ncbi
    progress: Progress
    threads: int | None = None

    def build(self, accession: str, folder: Path, known: CachedGenome | None) -> CachedGenome:
        """Add what is missing to the folder of a genome; `known` is what was there before.

        Raises:
            InputError: there is no such assembly, or it is not DNA.
            TransferError: the download failed; the next call resumes it.
            StorageError: the disk is full or may not be written to.
        """
        for left in folder.glob(".*.tmp"):  # left by a process that was killed
            left.unlink()
        return self._annotate(self._index(self._download_all(accession, folder, known)))

    def _download_all(self, accession: str, folder: Path, known: CachedGenome | None) -> CachedGenome:
        """Download NCBI's files, unless they are intact."""
        if known and all(map(known.is_intact, known.published)):
            return known
        assembly = self.ncbi.assembly(accession)
        files = {FASTA: self.ncbi.fasta(assembly)}
        if genes := self.ncbi.annotation(assembly):
            files[GFF] = genes
        _log_download(assembly, files.values())
        for name, file in files.items():
            path = folder / name
            if not path.is_file() or md5_of(path) != file.md5:
                self._download(file, path)
        md5s = {name: file.md5 for name, file in files.items()}
        if known and known.published == md5s:
            return known
        return CachedGenome(folder, assembly, md5s, {name: (folder / name).stat().st_size for name in files})

    def _index(self, genome: CachedGenome) -> CachedGenome:
        if genome.index_files and all(map(genome.has, genome.index_files)):
            return genome
        summary = build_index([genome.fasta], genome.index, threads=self.threads, progress=self.progress)
        others = {name: size for name, size in genome.files.items() if name not in genome.index_files}
        return replace(genome, files=others | {path.name: path.stat().st_size for path in summary.files})

    def _annotate(self, genome: CachedGenome) -> CachedGenome:
        if GFF not in genome.files or (GENES in genome.files and genome.is_intact(GENES)):
            return genome
        gff, genes = genome.folder / GFF, genome.folder / GENES
        try:
            self._prepare_genes(gff, genes, genome)
        except (
            InputError
        ) as error:  # the publisher's fault, not the user's: the genome is useful without genes
            logger.warning("it is cached without genes: %s", error)
            gff.unlink()
            files = {name: size for name, size in genome.files.items() if name not in (GFF, GENES)}
            return replace(genome, files=files, md5s={FASTA: genome.md5s[FASTA]})
        return replace(
            genome,
            files=genome.files | {GENES: genes.stat().st_size},
            md5s=genome.md5s | {GENES: md5_of(genes)},
        )

    def _prepare_genes(self, gff: Path, genes: Path, genome: CachedGenome) -> None:
        with Index.open(genome.index, verify=False) as index:
            contigs = dict(index.contigs)
        size = genome.files[GFF]
        with open_for_reading(gff) as file:
            stream = read_with_progress(file, lambda done: self.progress(READING_GENES, done, size))
            annotation = read_gff(stream, f"the annotation of {genome.assembly.accession}", contigs)
        with write_atomically(genes) as out:
            annotation.write(out)

    def _download(self, file: RemoteFile, path: Path) -> None:
        """Download a file, or resume an interrupted download of it.

        Raises:
            TransferError: the download failed; what arrived stays for the next one, unless it is damaged.
        """
        part = path.with_name(f"{file.md5}.part")
        for other in set(path.parent.glob("*.part")) - {part}:  # part of a file that NCBI has replaced
            other.unlink()
        resumed = part.is_file()
        with explain_write_errors(part):
            md5 = self._complete(part, file, DOWNLOADING if path.name == FASTA else DOWNLOADING_GENES)
            if md5 == file.md5:
                part.replace(path)
                return
            part.unlink()
        if not resumed:
            raise wrong_md5(file)
        self._download(file, path)  # the existing part was damaged: download again from the start

    def _complete(self, part: Path, file: RemoteFile, stage: str) -> str:
        """Append the missing bytes to a partly downloaded file, and return the md5 of the whole."""
        digest = hashlib.md5(usedforsecurity=False)
        with part.open("a+b") as stream:
            stream.seek(0)
            while read := stream.read(_READ_BYTES):
                digest.update(read)
            with closing(self.ncbi.blocks(file, stream.tell())) as blocks:
                for block in blocks:
                    stream.write(block)
                    stream.flush()  # so that it survives this process
                    digest.update(block)
                    self.progress(stage, stream.tell(), file.bytes or 0)
        return digest.hexdigest()


def _log_download(assembly: Assembly, files: Collection[RemoteFile]) -> None:
    from rich.filesize import decimal

    sizes = [file.bytes for file in files if file.bytes]
    size = decimal(sum(sizes)) if len(sizes) == len(files) else "files of unknown size"
    genes = ", its genes included" if len(files) > 1 else ""
    logger.info(
        "%s: %s bases, contigs: %s; %s to download%s",
        assembly.title,
        f"{assembly.bases:,}",
        f"{assembly.contigs:,}",
        size,
        genes,
    )
    if assembly.superseded:
        logger.info(
            "%s has replaced it; this version is downloaded because it was asked for", assembly.current
        )
