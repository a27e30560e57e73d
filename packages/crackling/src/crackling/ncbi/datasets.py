"""Search NCBI Datasets for assemblies, and find and download their files.

is it there (check) -> what is it (dataset_report) -> its directory (links) -> the published md5 -> size and ranges (HEAD)
-> the bytes
"""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, Self
from urllib.parse import quote

from crackling.errors import InputError
from crackling.ncbi import download
from crackling.ncbi.assembly import ACCESSION, Assembly, entries, read_report, text_of
from crackling.ncbi.download import RemoteFile, Transfer
from crackling.ncbi.http import Client, StatusError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crackling.ncbi.download import Blocks, Progress
    from crackling.ncbi.rate import Rate
    from crackling.ncbi.retry import RetryPolicy

__all__ = ["ACCESSION", "NCBI_URL", "Assembly", "Ncbi"]

NCBI_URL: Final = "https://api.ncbi.nlm.nih.gov/datasets/v2"
FASTA: Final = "_genomic.fna.gz"
ANNOTATION: Final = "_genomic.gff.gz"
_MAX_TAXA: Final = 4  # taxa that are used of those suggested for a name; the best come first
_MD5: Final = re.compile(r"[0-9a-f]{32}")
_CHECK: Final = "check the accession and its version"


class Ncbi:
    """NCBI Datasets, or a stand-in for it, at a base address. Safe to share between threads.

    Args:
        base: the address of version 2 of the API.
        api_key: allows 10 requests a second instead of 5.
        retry_policy: how long to wait and how often to try.
        rate: instead of the process's own.
    """

    def __init__(
        self,
        base: str = NCBI_URL,
        api_key: str | None = None,
        retry_policy: RetryPolicy | None = None,
        rate: Rate | None = None,
    ) -> None:
        self._base = base.rstrip("/")
        self._client = Client(base, api_key, retry_policy, rate)

    @classmethod
    def from_environment(cls) -> Self:
        """Return NCBI, or the server that CRACKLING_NCBI_URL names; NCBI_API_KEY is the key, if any."""
        return cls(os.environ.get("CRACKLING_NCBI_URL") or NCBI_URL, os.environ.get("NCBI_API_KEY") or None)

    def assembly(self, accession: str) -> Assembly:
        """Ask NCBI about an assembly. If a newer version has replaced it, `current` names that.

        Raises:
            InputError: there is no such assembly, or NCBI withdrew it; the message says why and what to use instead.
            TransferError: NCBI cannot be asked.
        """
        _must_be_accession(accession)
        check = self._ask(f"/genome/accession/{accession}/check")
        reports = self._ask(
            f"/genome/accession/{accession}/dataset_report?filters.assembly_version=all_assemblies"
        )
        found = next((one for one in map(read_report, entries(reports, "reports")) if one), None)
        if found and found.suppression_reason is not None:
            raise InputError(_withdrawn(found))
        if found is None or accession in entries(check, "invalid_assemblies"):
            reason = text_of(check, "reason")
            raise InputError(f"NCBI has no assembly {accession}{f' ({reason})' if reason else ''}; {_CHECK}")
        return found

    def search(self, text: str, limit: int = 20) -> list[Assembly]:
        """Find the assembly of an accession, or those of the organisms that a name suggests, best match first.

        These are an organism's reference assemblies, or where it has none, any.

        Raises:
            InputError: no text; or an accession that assembly() refuses.
            TransferError: NCBI cannot be asked.
        """
        text = " ".join(text.split())
        if not text:
            raise InputError("Name an organism ('zebrafish', 'Danio rerio') or an accession")
        if ACCESSION.fullmatch(text.upper()):
            return [self.assembly(text.upper())]
        found: dict[str, Assembly] = {}
        for taxon in self._taxa(text):
            found |= {one.accession: one for one in self._of_taxon(taxon, limit)}
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    def fasta(self, assembly: Assembly | str) -> RemoteFile:
        """Return the FASTA file of an assembly.

        Raises:
            InputError: NCBI has no files of it, or no FASTA.
            TransferError: NCBI cannot be asked.
        """
        if (file := self._file(assembly, FASTA)) is None:
            raise InputError(
                f"NCBI publishes no FASTA of {_of(assembly)}; choose another version of the assembly"
            )
        return file

    def annotation(self, assembly: Assembly | str) -> RemoteFile | None:
        """Return the assembly's genes as GFF3, or None if it has none. Raises as fasta() does."""
        return self._file(assembly, ANNOTATION)

    def download_fasta(
        self, accession: str, progress: Progress | None = None
    ) -> AbstractContextManager[BinaryIO]:
        """Open the gzipped FASTA file of an assembly; a block that ends without an error has verified its md5.

        Raises:
            InputError: there is no such assembly.
            TransferError: the transfer failed, or its md5 is wrong.
        """
        return self.stream(self.fasta(accession), progress)

    @contextmanager
    def download_annotation(self, accession: str) -> Iterator[BinaryIO | None]:
        """Open the gzipped GFF3 file of an assembly; None if it has none. Raises as download_fasta() does."""
        if (file := self.annotation(accession)) is None:
            yield None
            return
        with self.stream(file) as stream:
            yield stream

    def stream(self, file: RemoteFile, progress: Progress | None = None) -> AbstractContextManager[BinaryIO]:
        """Open any of the files as a stream. Raises as download_fasta() does."""
        return download.stream(self._client, file, progress)

    def blocks(self, file: RemoteFile, start: int = 0) -> Blocks:
        """Yield the bytes of a file from `start` on, in order, unverified, for callers that have the first ones.

        Raises as download_fasta() does.
        """
        return Transfer(self._client, file).blocks(start)

    def _taxa(self, text: str) -> Iterator[str]:
        only = "taxon_resource_filter=TAXON_RESOURCE_FILTER_GENOME"
        answer = self._ask(f"/taxonomy/taxon_suggest/{quote(text, safe='')}?{only}")
        for entry in entries(answer, "sci_name_and_ids")[:_MAX_TAXA]:
            if (taxon := text_of(entry, "tax_id")).isdecimal():
                yield taxon

    def _of_taxon(self, taxon: str, limit: int) -> list[Assembly]:
        for only in ("filters.reference_only=true&", ""):
            answer = self._ask(f"/genome/taxon/{taxon}/dataset_report?{only}page_size={limit}")
            reports = [
                one
                for one in map(read_report, entries(answer, "reports"))
                if one and one.suppression_reason is None
            ]
            if reports:
                return reports
        return []

    def _file(self, assembly: Assembly | str, ending: str) -> RemoteFile | None:
        folder = self._folder(assembly)
        name = f"{folder.rsplit('/', 1)[-1]}{ending}"
        md5 = _md5_of(name, self._published(folder))
        if md5 is None:
            return None
        address = f"{folder}/{name}"
        try:
            headers = self._client.head(address)
        except StatusError as error:
            if error.status in {404, 410}:
                return None
            headers = {}  # a server that does not support HEAD may still have the file
        size = headers.get("content-length", "")
        return RemoteFile(
            address=address,
            name=name,
            md5=md5,
            bytes=int(size) if size.isdecimal() else None,
            ranges=headers.get("accept-ranges", "").lower() == "bytes",
        )

    def _folder(self, assembly: Assembly | str) -> str:
        accession = _of(assembly)
        _must_be_accession(accession)
        links = self._ask(f"/genome/accession/{accession}/links?assembly_link_types=FTP_LINK")
        for link in entries(links, "assembly_links"):
            if text_of(link, "assembly_link_type") == "FTP_LINK":
                # The same server supports both protocols; this client needs HTTP.
                return text_of(link, "resource_link").rstrip("/").replace("ftp://", "https://", 1)
        instead = (
            f"use {assembly.current}" if isinstance(assembly, Assembly) and assembly.superseded else _CHECK
        )
        raise InputError(f"NCBI has no files for {accession}; {instead}")

    def _published(self, folder: str) -> str:
        try:
            return self._client.text(f"{folder}/md5checksums.txt")
        except StatusError as error:
            if error.status in {404, 410}:
                raise InputError(
                    f"NCBI has no files in {folder} any more; choose another version of the assembly"
                ) from None
            raise

    def _ask(self, path: str) -> object:
        """Return an answer of the API, empty if the API refuses because it does not know the assembly."""
        try:
            return self._client.json(f"{self._base}{path}")
        except StatusError as error:
            if error.status in {400, 404, 410}:
                return {}
            raise


def _of(assembly: Assembly | str) -> str:
    return assembly if isinstance(assembly, str) else assembly.accession


def _must_be_accession(text: str) -> None:
    """Raise InputError unless the text is an accession, because it becomes part of an address."""
    if not ACCESSION.fullmatch(text):
        raise InputError(
            f"{text[:40]!r} is not the accession of an assembly; give one such as GCF_000840245.1"
        )


def _withdrawn(assembly: Assembly) -> str:
    instead = assembly.current if assembly.superseded else assembly.paired_accession
    remedy = f"use {instead}" if instead else "search for another assembly of the organism"
    reason = (assembly.suppression_reason or "").rstrip(".")
    return f"NCBI withdrew {assembly.accession} ({assembly.title}): {reason}; {remedy}"


def _md5_of(name: str, checksums: str) -> str | None:
    """Return the md5 sum of a file from lines of `<md5>  ./<name>`."""
    for line in checksums.splitlines():
        md5, _, path = line.partition(" ")
        if path.strip().removeprefix("./") == name and _MD5.fullmatch(md5):
            return md5
    return None
