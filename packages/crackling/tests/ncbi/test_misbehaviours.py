"""Whatever the server does, the client soon has the right bytes or a clear error."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Never

import pytest

from crackling.errors import InputError, TransferError
from crackling.ncbi import Ncbi
from crackling.ncbi.rate import Rate
from localcloud.standins.faults import (
    Fault,
    Misbehaviour,
    cut,
    damage,
    garbage,
    no_ranges,
    other_md5,
    redirect,
    refused_ranges,
    slow,
    status,
    web_page,
)
from support.ncbi import HURRIED, LAMBDA

if TYPE_CHECKING:
    from localcloud.standins.assemblies import StandInAssembly
    from localcloud.standins.ncbi import NcbiStandIn

FASTA = r"_genomic\.fna\.gz$"
STEPS = ["/check", "dataset_report", "links", r"md5checksums\.txt$", FASTA]
NO_MD5 = b"../../../x  ./GCF_000840245.1_ViralProj14204_genomic.fna.gz\n"  # it would name a file here
SOON = 15  # seconds; an idle machine needs 2


def ask_and_download(client: Ncbi) -> bytes:
    started = time.monotonic()
    try:
        client.assembly(LAMBDA)
        with client.download_fasta(LAMBDA) as stream:
            return stream.read()
    finally:
        assert time.monotonic() - started < SOON


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "misbehaviour",
    [
        status(429, retry_after="0"),
        status(429, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
        status(429, retry_after="soon"),
        status(500),
        status(503, retry_after="3600"),
        status(503, body=b"<html>busy</html>"),
        cut(0),
        cut(20),
        web_page(),
        slow(1, piece=10),
    ],
    ids=["429", "429-date", "429-odd", "500", "503-long", "503-page", "cut-0", "cut-20", "html", "slow"],
)
def test_what_passes_is_waited_for(
    ncbi: NcbiStandIn, client: Ncbi, phage: StandInAssembly, step: str, misbehaviour: Misbehaviour
) -> None:
    ncbi.faults = [Fault(step, misbehaviour, nth=[1, 2])]
    assert ask_and_download(client) == phage.packed
    assert len([asked for asked in ncbi.asked if asked.method == "GET"]) >= len(STEPS) + 2


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(FASTA, no_ranges()), Fault(FASTA, no_ranges(), method="HEAD")],
        [Fault(FASTA, no_ranges(announced=True))],
        [Fault(FASTA, refused_ranges, nth=[1])],
        [Fault(FASTA, no_ranges(announced=True)), Fault(FASTA, cut(3000), nth=[1, 2, 3])],
        [Fault(FASTA, status(405), method="HEAD")],
        [Fault(FASTA, status(405), method="HEAD"), Fault(FASTA, cut(15_000), nth=[1])],
        [Fault(FASTA, cut(4_000), nth=[1, 2, 3])],
        [Fault(FASTA, web_page(honest=False), nth=[1])],
        [Fault("dataset_report", garbage(), nth=[1])],
    ],
    ids=["none", "ignored", "416", "ignored-cut", "no-head", "no-head-cut", "cuts", "page", "garbage"],
)
def test_a_way_round_is_found(
    ncbi: NcbiStandIn, client: Ncbi, phage: StandInAssembly, faults: list[Fault]
) -> None:
    ncbi.faults = faults
    assert ask_and_download(client) == phage.packed


def test_redirects_are_followed(ncbi: NcbiStandIn, client: Ncbi, phage: StandInAssembly) -> None:
    path = next(path for path in ncbi.files if "GCF_000840245.1" in path and path.endswith(".fna.gz"))
    ncbi.files["/genomes/all/moved.gz"] = ncbi.files[path]
    ncbi.faults = [Fault(FASTA, redirect("/genomes/all/moved.gz"))]
    assert ask_and_download(client) == phage.packed


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        (Fault(FASTA, slow(0.02)), TransferError, "too slowly"),
        (Fault("links", slow(0.02)), TransferError, "too slowly"),
        (Fault(FASTA, slow(5)), TransferError, "went silent"),
        (Fault(FASTA, cut(500)), TransferError, "broke off"),
        (Fault("links", cut(20)), TransferError, "broke off"),
        (Fault(FASTA, status(404)), InputError, "no file .* any more"),
        (Fault(FASTA, status(404), method="HEAD"), InputError, "publishes no FASTA"),
        (Fault("md5checksums", status(404)), InputError, "no files in"),
        (Fault("links", status(404)), InputError, "no files for GCF_000840245.1"),
        (Fault("md5checksums", garbage(b"<a>")), InputError, "publishes no FASTA"),
        (Fault("md5checksums", garbage(NO_MD5)), InputError, "publishes no FASTA"),
        (Fault(FASTA, status(403)), TransferError, "refuses the request .403"),
        (Fault(FASTA, status(429)), TransferError, "too many requests"),
        (Fault("check", status(429)), TransferError, "too many requests"),
        (Fault(FASTA, status(500)), TransferError, "out of order .* try again later"),
        (Fault("dataset_report", status(503)), TransferError, "out of order"),
        (Fault("md5checksums", other_md5), TransferError, "another md5"),
        (Fault(FASTA, damage(7_000)), TransferError, "another md5"),
        (Fault(FASTA, web_page()), TransferError, "web page"),
        (Fault(FASTA, web_page(honest=False)), TransferError, "web page"),
        (Fault("dataset_report", web_page()), TransferError, "web page"),
        (Fault(FASTA, garbage(b"shorter"), method="HEAD"), TransferError, "announced 7"),
        (Fault(FASTA, garbage(b"x" * 99_999), method="HEAD"), TransferError, "announced 99,999"),
        (Fault("dataset_report", garbage()), TransferError, "damaged"),
        (Fault("dataset_report", garbage(b"[]")), InputError, "no assembly"),
        (Fault("links", garbage(b'{"assembly_links": {"a": 1}}')), InputError, "no files"),
        (Fault(FASTA, redirect("ftp://localhost/x")), TransferError, "is not https"),
        (Fault(FASTA, redirect("file:///etc/passwd")), TransferError, "is not https"),
        (Fault(FASTA, redirect("http://ftp.ncbi.nlm.nih.gov/x")), TransferError, "is not https"),
        (Fault(FASTA, redirect("http://169.254.169.254/latest/meta-data")), TransferError, "is not https"),
        (Fault(FASTA, redirect("https://169.254.169.254/x")), TransferError, "a private network"),
        (Fault(FASTA, redirect("https://127.0.0.1/x")), TransferError, "a private network"),
        (Fault(FASTA, redirect("https://localhost/x")), TransferError, "a private network"),
        (Fault(FASTA, redirect("https://2130706433/x")), TransferError, "a private network"),  # 127.0.0.1
        (Fault(FASTA, redirect("https://10.1.2.3/x")), TransferError, "a private network"),
        (Fault(FASTA, redirect("https://100.64.0.1/x")), TransferError, "a private network"),
        (Fault(FASTA, redirect("https://[::1]/x")), TransferError, "a private network"),
        (Fault(FASTA, redirect("https://[fd00::1]/x")), TransferError, "a private network"),
        (Fault(FASTA, redirect("https://[::ffff:10.1.2.3]/x")), TransferError, "a private network"),
        (Fault(FASTA, redirect("https://0.0.0.0/x")), TransferError, "a private network"),
        (Fault("links", redirect("links")), TransferError, "in a circle"),
        (Fault("links", redirect("http://[x/")), TransferError, "to no address"),
        (
            Fault("links", garbage(b'{"assembly_links": [{"assembly_link_type": "FTP_LINK"}]}')),
            TransferError,
            "http",
        ),
    ],
)
def test_what_lasts_ends_with_a_reason(
    ncbi: NcbiStandIn, client: Ncbi, fault: Fault, kind: type[Exception], reason: str
) -> None:
    ncbi.faults = [fault]
    with pytest.raises(kind, match=reason) as error:
        ask_and_download(client)
    assert "\n" not in str(error.value)


def test_a_server_that_is_down() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client = Ncbi(f"http://localhost:{unused.getsockname()[1]}", retry_policy=HURRIED, rate=Rate(1_000))
        with pytest.raises(TransferError, match="cannot be reached; check the network"):
            ask_and_download(client)


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> Never:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(TransferError, match=r"api\.ncbi\.nlm\.nih\.gov cannot be found; check the network"):
        ask_and_download(Ncbi(retry_policy=HURRIED, rate=Rate(1_000)))


def complain(client: Ncbi) -> Never:
    """Read a little, and raise the error of a reader that finds no FASTA."""
    with client.download_fasta(LAMBDA) as stream:
        stream.read(10)
        raise InputError("not FASTA")


def test_a_reader_is_blamed_on_the_transfer_if_that_was_wrong(ncbi: NcbiStandIn, client: Ncbi) -> None:
    """If the file was damaged in transit, the error blames the transfer and not the assembly."""
    with pytest.raises(InputError, match="not FASTA"):
        complain(client)
    ncbi.faults = [Fault(FASTA, damage(7_000))]
    with pytest.raises(TransferError, match="another md5"):
        complain(client)
