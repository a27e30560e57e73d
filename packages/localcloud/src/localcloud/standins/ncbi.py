"""Stand in for NCBI's API and file server, record the requests, and misbehave on demand."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from localcloud.standins.assemblies import StandInAssembly
from localcloud.standins.faults import Fault, Reply
from localcloud.standins.server import Server, Silent, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

_API, _FILES = "/datasets/v2", "/genomes/all"
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_Query = dict[str, list[str]]


@dataclass(frozen=True)
class Asked:
    """A recorded request; `headers` have lower-case names, `time` is in seconds of a monotonic clock."""

    method: str
    path: str
    headers: dict[str, str]
    time: float


class NcbiStandIn(StandIn):
    """Serves assemblies (accession -> FASTA file, plain or gz, or StandInAssembly) at `url`. A context manager.

    `faults` and `files` (path -> content) may be changed while it runs; `asked` lists the requests so far.
    """

    def __init__(
        self, assemblies: Mapping[str, Path | StandInAssembly], faults: Iterable[Fault] = ()
    ) -> None:
        self._assemblies = {
            accession: one if isinstance(one, StandInAssembly) else StandInAssembly(one)
            for accession, one in assemblies.items()
        }
        self.faults = list(faults)
        self.asked: list[Asked] = []
        self._counts: Counter[int] = Counter()
        self._lock = threading.Lock()
        super().__init__(_Handler)
        self.origin = f"http://localhost:{self.port}"
        self.url = f"{self.origin}{_API}"
        self.files = {
            f"{self._folder(accession)}/{name}": body
            for accession, one in self._assemblies.items()
            for name, body in one.files(f"{accession}_{one.title}").items()
        }

    def answer(self, asked: Asked) -> Reply:
        """Return the reply to a request, with any faults applied."""
        with self._lock:
            self.asked.append(asked)
            matching = [fault for fault in self.faults if fault.matches(asked.method, asked.path)]
            self._counts.update(map(id, matching))
            acting = [
                fault for fault in matching if fault.nth is None or self._counts[id(fault)] in fault.nth
            ]
        reply = self._file(asked.path) if asked.path.startswith(_FILES) else self._api(asked.path)
        for fault in acting:
            reply = fault.do(reply)
        return _ranged(reply, asked.headers.get("range", "")) if asked.method == "GET" else reply

    def _file(self, path: str) -> Reply:
        body = self.files.get(path)
        if body is None:
            return Reply(404, {"content-type": "text/html"}, b"<html><body>404 Not Found</body></html>")
        return Reply(200, {"content-type": "application/x-gzip", "accept-ranges": "bytes"}, body, ranges=True)

    def _api(self, path: str) -> Reply:
        parts = urlsplit(path)
        for pattern, route in self._routes().items():
            if match := re.fullmatch(f"{_API}{pattern}", parts.path):
                body = json.dumps(route(unquote(match[1]), parse_qs(parts.query))).encode()
                return Reply(200, {"content-type": "application/json"}, body)
        problem = {"error": "Not Found", "code": 404, "message": "HTTP 404"}
        return Reply(404, {"content-type": "application/json"}, json.dumps(problem).encode())

    def _routes(self) -> dict[str, Callable[[str, _Query], dict[str, object]]]:
        return {
            "/genome/accession/([^/]+)/check": self._check,
            "/genome/accession/([^/]+)/dataset_report": self._reports,
            "/genome/accession/([^/]+)/links": self._links,
            "/genome/accession/([^/]+)/sequence_reports": self._sequence_reports,
            "/taxonomy/taxon_suggest/([^/]+)": self._suggestions,
            "/genome/taxon/([^/]+)/dataset_report": self._of_taxon,
        }

    def _folder(self, accession: str) -> str:
        digits = accession[4:13]
        levels = "/".join([accession[:3], digits[:3], digits[3:6], digits[6:]])
        return f"{_FILES}/{levels}/{accession}_{self._assemblies[accession].title}"

    def _check(self, accession: str, _query: _Query) -> dict[str, object]:
        if accession in self._assemblies:
            return {"valid_assemblies": [accession]}
        reason = "The accession is not recognized as a valid genome assembly accession"
        return {"invalid_assemblies": [accession], "reason": reason}

    def _reports(self, accession: str, _query: _Query) -> dict[str, object]:
        return _listed("reports", [one.report(accession) for one in self._known(accession)])

    def _links(self, accession: str, query: _Query) -> dict[str, object]:
        link = "FTP_LINK"
        if not self._known(accession) or link not in query.get("assembly_link_types", [link]):
            return {}
        address = f"{self.origin}{self._folder(accession)}"
        other: dict[str, object] = {
            "accession": accession,
            "assembly_link_type": "GDV_LINK",
            "resource_link": self.origin,
        }
        found: dict[str, object] = {
            "accession": accession,
            "assembly_link_type": link,
            "resource_link": address,
        }
        return _listed("assembly_links", [other, found])

    def _sequence_reports(self, accession: str, _query: _Query) -> dict[str, object]:
        return _listed(
            "reports", [entry for one in self._known(accession) for entry in one.sequence_reports(accession)]
        )

    def _suggestions(self, text: str, _query: _Query) -> dict[str, object]:
        matching = {
            one.tax_id: one.suggestion()
            for one in self._assemblies.values()
            if any(text.lower() in name.lower() for name in (one.organism, one.common_name or ""))
        }
        return {"sci_name_and_ids": list(matching.values())} if matching else {}

    def _of_taxon(self, taxon: str, query: _Query) -> dict[str, object]:
        only = query.get("filters.reference_only") == ["true"]
        found = [
            one.report(accession)
            for accession, one in self._assemblies.items()
            if str(one.tax_id) == taxon and one.status == "current" and (one.reference or not only)
        ]
        return _listed("reports", found[: int(query.get("page_size", ["20"])[0])])

    def _known(self, accession: str) -> list[StandInAssembly]:
        return [self._assemblies[accession]] if accession in self._assemblies else []


def _listed(name: str, entries: list[dict[str, object]]) -> dict[str, object]:
    return {name: entries, "total_count": len(entries)} if entries else {}


def _ranged(reply: Reply, wanted: str) -> Reply:
    """Return the requested part of a file."""
    match = _RANGE.fullmatch(wanted)
    if not match or not reply.ranges or reply.status != 200:
        return reply
    size = len(reply.body)
    start, end = int(match[1]), min(int(match[2] or size), size - 1)
    if start > end or reply.refuses_ranges:
        return Reply(416, {"content-range": f"bytes */{size}"})
    headers = {**reply.headers, "content-range": f"bytes {start}-{end}/{size}"}
    return replace(reply, status=206, headers=headers, body=reply.body[start : end + 1])


class _Handler(Silent, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise each answer waits 40 ms for the acknowledgement of its headers
    server: Server

    def do_GET(self) -> None:
        self._send(self._reply())

    def do_HEAD(self) -> None:
        reply = self._reply()
        self._begin(reply)

    def _reply(self) -> Reply:
        headers = {name.lower(): value for name, value in self.headers.items()}
        ncbi: NcbiStandIn = self.server.stand_in
        return ncbi.answer(Asked(self.command, self.path, headers, time.monotonic()))

    def _begin(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()

    def _send(self, reply: Reply) -> None:
        self._begin(reply)
        body = memoryview(reply.body)[: reply.cut]
        piece = reply.piece or max(1, len(body))
        for start in range(0, len(body), piece):
            time.sleep(reply.pause)
            self.wfile.write(body[start : start + piece])
        if reply.cut is not None:
            self.close_connection = True
