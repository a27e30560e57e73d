"""Test what users are told about assemblies, and the rate of requests to NCBI."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crackling.annotation.annotation import read_gff
from crackling.errors import InputError, TransferError
from crackling.ncbi import ACCESSION, Ncbi, http
from crackling.ncbi import rate as rates
from crackling.ncbi.assembly import read_report
from crackling.ncbi.rate import Rate
from localcloud.standins.faults import Fault, Misbehaviour, status
from localcloud.standins.ncbi import NcbiStandIn
from support.ncbi import LAMBDA

if TYPE_CHECKING:
    from pathlib import Path

    from localcloud.standins.assemblies import StandInAssembly


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (LAMBDA, True),
        ("GCA_000001405.29", True),
        ("GCF_000840245", False),
        ("gcf_000840245.1", False),
        ("GCF_1.1", False),
        ("GCF_000840245.1/../x", False),
    ],
)
def test_accessions(text: str, is_one: bool) -> None:
    assert bool(ACCESSION.fullmatch(text)) is is_one


def test_an_assembly(client: Ncbi) -> None:
    found = client.assembly(LAMBDA)
    assert found is not None
    assert (found.organism, found.tax_id, found.name) == (
        "Escherichia phage Lambda",
        2681611,
        "ViralProj14204",
    )
    assert (found.bases, found.contigs, found.superseded, found.suppression_reason) == (48502, 1, False, None)
    assert found.title == "Escherichia phage Lambda, ViralProj14204 (complete genome)"


@pytest.mark.parametrize(
    ("accession", "reason"),
    [
        (
            "GCF_000000001.1",
            r"withdrew .* \(Escherichia phage.*: many frameshifted proteins; use GCF_000000001.2",
        ),
        ("GCF_000000003.1", r"frameshifted proteins; use GCA_000000003.1"),
        ("GCF_000000004.1", r"frameshifted proteins; search for another assembly"),
        (
            "GCF_999999999.1",
            r"no assembly GCF_999999999.1 \(The accession is not recognized .*check the accession",
        ),
        ("GCF_1", "'GCF_1' is not the accession"),
        ("../../etc", "is not the accession"),
    ],
)
def test_assemblies_that_are_not_to_be_had(client: Ncbi, accession: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        client.assembly(accession)


def test_a_superseded_assembly_is_to_be_had_and_names_the_current_one(client: Ncbi) -> None:
    found = client.assembly("GCF_000000005.1")
    assert (found.superseded, found.current) == (True, "GCF_000000005.2")
    with client.download_fasta("GCF_000000005.1") as stream:
        assert stream.read(2) == b"\x1f\x8b"


def test_a_superseded_assembly_without_files_names_the_current_one(ncbi: NcbiStandIn, client: Ncbi) -> None:
    found = client.assembly("GCF_000000005.1")
    ncbi.faults = [Fault("links", status(404))]
    with pytest.raises(InputError, match=r"no files for GCF_000000005\.1; use GCF_000000005\.2"):
        client.fasta(found)


@pytest.mark.parametrize("text", ["zebrafish", "Danio", " danio   RERIO "])
def test_search_by_name(client: Ncbi, text: str) -> None:
    found = client.search(text)
    assert (found[0].accession, found[0].reference, found[0].common_name) == (
        "GCF_000000005.2",
        True,
        "zebrafish",
    )


def test_search_finds_organisms_that_have_no_reference_assembly(client: Ncbi) -> None:
    assert [(one.accession, one.reference) for one in client.search("aesculapii")] == [
        ("GCA_000000006.1", False)
    ]
    assert len(client.search("Danio")) == 2
    assert len(client.search("Danio", limit=1)) == 1


def test_search_by_accession(client: Ncbi) -> None:
    assert [one.accession for one in client.search(f" {LAMBDA.lower()} ")] == [LAMBDA]
    with pytest.raises(InputError, match=r"use GCF_000000001\.2"):
        client.search("GCF_000000001.1")


def test_search_for_what_is_not_there(ncbi: NcbiStandIn, client: Ncbi) -> None:
    assert client.search("unicorn/?#%") == []
    assert "taxon_suggest/unicorn%2F%3F%23%25?" in ncbi.asked[-1].path
    with pytest.raises(InputError, match="Name an organism"):
        client.search("  ")


def test_a_paired_accession_that_is_not_current_is_not_suggested() -> None:
    paired = {"accession": "GCA_000000003.1", "status": "suppressed"}
    found = read_report({"accession": LAMBDA, "assembly_info": {"paired_assembly": paired}})
    assert found is not None
    assert found.paired_accession is None


def test_a_report_may_lack_anything() -> None:
    assert read_report(None) is read_report([]) is read_report({"accession": 5}) is None
    found = read_report(
        {"accession": LAMBDA, "organism": "text", "assembly_stats": {"total_sequence_length": "x"}}
    )
    assert found is not None
    assert (found.organism, found.bases, found.contigs, found.current) == ("unknown organism", 0, 0, LAMBDA)


def test_uint64_are_strings() -> None:
    stats = {"total_sequence_length": "17000000000000000000", "number_of_contigs": 3}
    found = read_report({"accession": LAMBDA, "assembly_stats": stats})
    assert found is not None
    assert (found.bases, found.contigs) == (17_000_000_000_000_000_000, 3)


def test_annotation_is_there_or_not(
    ncbi: NcbiStandIn, client: Ncbi, phage: StandInAssembly, tmp_path: Path
) -> None:
    assert client.annotation(LAMBDA) is None
    gff = tmp_path / "genes.gff"
    gff.write_text("##gff-version 3\n")
    annotated = replace(phage, gff=gff)
    with NcbiStandIn({LAMBDA: annotated}) as other:
        client = Ncbi(other.url, rate=Rate(1_000))
        file = client.annotation(LAMBDA)
        assert file is not None
        with client.stream(file) as stream:
            assert len(stream.read()) == file.bytes


def test_an_annotation_is_downloaded_if_there_is_one(
    client: Ncbi, phage: StandInAssembly, tmp_path: Path
) -> None:
    with client.download_annotation(LAMBDA) as stream:
        assert stream is None
    gff = tmp_path / "genes.gff"
    gff.write_text("c\t.\tgene\t1\t9\t.\t+\t.\tID=g\n")
    annotated = NcbiStandIn({LAMBDA: replace(phage, gff=gff)})
    with annotated as other, Ncbi(other.url, rate=Rate(1_000)).download_annotation(LAMBDA) as stream:
        assert stream is not None
        assert read_gff(stream, "genes").genes == ["g"]


def test_progress_is_told_in_bytes(client: Ncbi, phage: StandInAssembly) -> None:
    told = []
    with client.download_fasta(LAMBDA, lambda *done: told.append(done)) as stream:
        stream.read()
    assert told[-1] == (len(phage.packed), len(phage.packed))


def test_the_key_goes_to_the_api_alone(ncbi: NcbiStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in's files are at another origin here, which is of this machine and would be refused."""
    monkeypatch.setattr(http, "must_be_public", lambda _address, resolve: resolve)
    client = Ncbi(ncbi.url.replace("localhost", "127.0.0.1"), api_key="secret", rate=Rate(1_000))
    with client.download_fasta(LAMBDA):
        pass
    keyed = {asked.path.split("/")[1] for asked in ncbi.asked if asked.headers.get("api-key") == "secret"}
    assert keyed == {"datasets"}
    assert {asked.headers["user-agent"] for asked in ncbi.asked} == {"crackling"}


@pytest.mark.parametrize("fault", [status(403), status(400, body=b'{"error": "API key invalid"}')])
def test_a_key_that_is_refused(ncbi: NcbiStandIn, fault: Misbehaviour) -> None:
    ncbi.faults = [Fault("check", fault)]
    with pytest.raises(TransferError, match="refuses the API key") as error:
        Ncbi(ncbi.url, api_key="secret", rate=Rate(1_000)).assembly(LAMBDA)
    assert "secret" not in str(error.value)


class StandingClock:
    """A clock that stands still and records how long each caller was told to wait."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.mark.parametrize(("key", "most"), [(None, rates.WITHOUT_KEY), ("key", rates.WITH_KEY)])
def test_all_threads_of_the_process_share_the_requests_of_a_second(
    ncbi: NcbiStandIn, monkeypatch: pytest.MonkeyPatch, key: str | None, most: int
) -> None:
    clock = StandingClock()
    monkeypatch.setattr(rates, "time", clock)
    monkeypatch.setattr(rates, "_anonymous", Rate(rates.WITHOUT_KEY))
    monkeypatch.setattr(rates, "_by_key", {})
    clients = [Ncbi(ncbi.url, api_key=key) for _ in range(most)]
    threads = [threading.Thread(target=one.assembly, args=[LAMBDA]) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ncbi.asked) == 2 * most
    # Each client sends two requests: as many as one second allows go at once, the others after more than a second.
    waits = sorted(clock.waits)
    assert waits[:most] == [0.0] * most
    assert len(waits) == 2 * most
    assert all(1 < wait < 2 for wait in waits[most:])


def test_the_proxy_of_the_environment_is_used(ncbi: NcbiStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", ncbi.origin)
    monkeypatch.delenv("no_proxy", raising=False)
    assert Ncbi("http://ncbi.example/datasets/v2", rate=Rate(1_000)).assembly(LAMBDA).bases == 48502
    assert ncbi.asked[0].path == f"http://ncbi.example/datasets/v2/genome/accession/{LAMBDA}/check"
