from __future__ import annotations

import hashlib
import io
import json

import pytest

from crackling.errors import InputError
from crackling_lambdas.logic.ncbi import ACCESSION, Ncbi, TransferError, open_address

BASE = "https://ncbi.example/datasets/v2"
FOLDER = "https://ftp.example/genomes/all/GCF/000/840/245/GCF_000840245.1_ViralProj14204"
NAME = "GCF_000840245.1_ViralProj14204_genomic.fna.gz"
BODY = b"gzipped bases" * 1000


def server(**changes):
    md5 = hashlib.md5(BODY, usedforsecurity=False).hexdigest()
    pages = {
        f"{BASE}/genome/accession/GCF_000840245.1/links?assembly_link_types=FTP_LINK": json.dumps(
            {
                "assembly_links": [
                    {"assembly_link_type": "GDV_LINK"},
                    {"assembly_link_type": "FTP_LINK", "resource_link": f"{FOLDER}/"},
                ]
            }
        ).encode(),
        f"{FOLDER}/md5checksums.txt": f"{'0' * 32}  ./README.txt\n{md5}  ./{NAME}\n".encode(),
        f"{FOLDER}/{NAME}": BODY,
    } | changes
    return lambda address: io.BytesIO(pages[address])


def fetch(read=lambda stream: stream.read(), **changes):
    with Ncbi(f"{BASE}/", server(**changes)).fetch("GCF_000840245.1") as stream:
        return read(stream)


def test_the_fasta_is_found_and_verified():
    assert fetch() == BODY


def test_bytes_that_the_reader_left_are_verified_too():
    assert fetch(lambda stream: stream.read(10)) == BODY[:10]


@pytest.mark.parametrize("body", [BODY[:-1], BODY + b"x", b"", b"<html>busy</html>"])
def test_other_bytes_than_were_published_are_refused(body):
    with pytest.raises(TransferError, match="md5"):
        fetch(**{f"{FOLDER}/{NAME}": body})


def complain(_stream):
    raise InputError("the compressed data is damaged")


def test_a_reader_is_blamed_on_the_transfer_if_that_was_wrong():
    with pytest.raises(TransferError, match="md5"):
        fetch(complain, **{f"{FOLDER}/{NAME}": BODY[:-1]})
    with pytest.raises(InputError, match="damaged"):
        fetch(complain)


def test_a_connection_that_breaks_is_not_taken_for_a_damaged_file():
    class Broken(io.BytesIO):
        def read(self, _size=-1):
            raise ConnectionResetError

    pages = server()
    ncbi = Ncbi(BASE, lambda address: Broken() if address.endswith(".fna.gz") else pages(address))
    with pytest.raises(TransferError, match="broke off"), ncbi.fetch("GCF_000840245.1") as stream:
        stream.read()


@pytest.mark.parametrize(
    "changes",
    [
        {f"{BASE}/genome/accession/GCF_000840245.1/links?assembly_link_types=FTP_LINK": b"{}"},
        {f"{FOLDER}/md5checksums.txt": b"x  ./GCF_000840245.1_ViralProj14204_cds_from_genomic.fna.gz\n"},
    ],
)
def test_what_ncbi_does_not_have_is_the_users_to_know(changes):
    with pytest.raises(InputError, match="NCBI"):
        fetch(**changes)


def test_only_http_is_opened():
    with pytest.raises(TransferError, match="neither http"):
        open_address("file:///etc/passwd")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("GCF_000840245.1", True),
        ("GCA_000001405.29", True),
        ("GCF_000840245", False),
        ("gcf_000840245.1", False),
        ("GCF_1.1", False),
    ],
)
def test_accessions(text, is_one):
    assert bool(ACCESSION.fullmatch(text)) is is_one
