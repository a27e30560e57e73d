"""Fetching an assembly from NCBI: its directory, the published checksum, the FASTA in one verified stream."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import re
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from crackling.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from _typeshed import WriteableBuffer

ACCESSION = re.compile(r"GC[AF]_\d{9}\.\d{1,3}")
TIME_OUT = 60
_BLOCK = 1024 * 1024


class TransferError(Exception):
    """The transfer broke off, or brought other bytes than were published; another attempt may do better."""


def open_address(address: str) -> http.client.HTTPResponse:
    """GET an address.

    Raises:
        TransferError: no answer, or one that says to try later.
        InputError: there is no such thing.
    """
    if not address.startswith(("https://", "http://")):
        raise TransferError("NCBI named an address that is neither http nor https")
    try:
        return cast("http.client.HTTPResponse", urllib.request.urlopen(address, timeout=TIME_OUT))  # noqa: S310 - checked
    except urllib.error.HTTPError as error:
        if error.code == 404:
            raise InputError("NCBI has no such assembly; check the accession and its version") from None
        raise TransferError(f"NCBI answered {error.code}") from None
    except OSError as error:
        raise TransferError(f"NCBI cannot be reached ({type(error).__name__})") from None


class _Verified(io.RawIOBase):
    """Reads a stream and takes its md5 on the way."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.md5(usedforsecurity=False)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._stream.read(len(view))
        except (OSError, http.client.HTTPException) as error:
            # Not an OSError any more: the FASTA reader would take that for a damaged file.
            raise TransferError(f"The transfer from NCBI broke off ({type(error).__name__})") from None
        view[: len(data)] = data
        self._digest.update(data)
        return len(data)

    def check(self, md5: str) -> None:
        while self.read(_BLOCK):  # what the reader left
            pass
        if self._digest.hexdigest() != md5:
            raise TransferError("The file from NCBI does not match its published md5")


@dataclass(frozen=True)
class Assembly:
    bases: int
    organism: str = ""


class Ncbi:
    """NCBI Datasets, or a stand-in for it, at a base address."""

    def __init__(
        self,
        base: str,
        open_address: Callable[[str], http.client.HTTPResponse] = open_address,
        api_key: str | None = None,
    ) -> None:
        del api_key
        self._base = base.rstrip("/")
        self._open = open_address

    @contextmanager
    def fetch(self, accession: str, progress: Callable[[int, int], None] | None = None) -> Iterator[BinaryIO]:
        """Stream the gzipped FASTA of an assembly; leaving the block well means that its md5 was right.

        Raises:
            InputError: there is no such assembly.
            TransferError: the transfer failed, or its md5 is wrong.
        """
        del progress
        folder = self._folder(accession)
        name = f"{folder.rsplit('/', 1)[-1]}_genomic.fna.gz"
        md5 = self._md5(folder, name)
        with self._open(f"{folder}/{name}") as answer:
            verified = _Verified(cast("BinaryIO", answer))
            try:
                yield cast("BinaryIO", io.BufferedReader(verified, _BLOCK))
            except InputError:
                verified.check(md5)  # a cut or damaged transfer is no fault of the assembly
                raise
            verified.check(md5)

    def assembly(self, accession: str) -> Assembly:
        """Raises InputError if there is no such assembly."""
        name = (folder := self._folder(accession)).rsplit("/", 1)[-1]
        with self._open(f"{folder}/{name}_genomic.fna.gz") as answer:
            return Assembly(4 * int(answer.headers["Content-Length"] or 0))

    def _folder(self, accession: str) -> str:
        with self._open(
            f"{self._base}/genome/accession/{accession}/links?assembly_link_types=FTP_LINK"
        ) as answer:
            links = json.load(answer).get("assembly_links", [])
        for link in links:
            if link.get("assembly_link_type") == "FTP_LINK":
                return str(link["resource_link"]).rstrip("/")
        raise InputError(f"NCBI has no files for {accession}; check the accession and its version")

    def _md5(self, folder: str, name: str) -> str:
        with self._open(f"{folder}/md5checksums.txt") as answer:
            lines = answer.read().decode().splitlines()
        for line in lines:
            md5, _, path = line.partition(" ")
            if path.strip().removeprefix("./") == name:
                return md5
        raise InputError(f"NCBI publishes no FASTA file {name}; choose another version of the assembly")
