"""A stand-in for NCBI: the links of an assembly, its checksums and its FASTA, in the shapes that NCBI answers with."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

_API, _FILES = "/datasets/v2", "/genomes/all"


class NcbiStandIn:
    """Serves assemblies (accession -> FASTA file, plain or gz) at `url`. A context manager."""

    def __init__(self, assemblies: dict[str, Path]) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        origin = f"http://localhost:{self._server.server_port}"
        self.url = f"{origin}{_API}"
        self._server.answers = {  # type: ignore[attr-defined]
            path: body
            for accession, fasta in assemblies.items()
            for path, body in _answers(origin, accession, fasta)
        }
        self._thread = threading.Thread(target=self._server.serve_forever, name="ncbi", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _answers(origin: str, accession: str, fasta: Path) -> list[tuple[str, bytes]]:
    """Every path of an assembly and what it answers."""
    content = fasta.read_bytes()
    packed = content if content[:2] == b"\x1f\x8b" else gzip.compress(content, mtime=0)
    directory = f"{accession}_{fasta.name.split('.')[0]}"
    name = f"{directory}_genomic.fna.gz"
    link = {
        "accession": accession,
        "assembly_link_type": "FTP_LINK",
        "resource_link": f"{origin}{_FILES}/{directory}",
    }
    md5 = hashlib.md5(packed, usedforsecurity=False).hexdigest()
    return [
        (
            f"{_API}/genome/accession/{accession}/links",
            json.dumps({"assembly_links": [link], "total_count": 1}).encode(),
        ),
        (f"{_FILES}/{directory}/md5checksums.txt", f"{md5}  ./{name}\n".encode()),
        (f"{_FILES}/{directory}/{name}", packed),
    ]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        body = self.server.answers.get(path)  # type: ignore[attr-defined]
        if body is None and path.startswith(_API):
            status, body = 200, b"{}"  # an accession that NCBI does not know has no links
        else:
            status, body = (200, body) if body is not None else (404, b"")
        self.send_response(status)
        self.send_header(
            "content-type", "application/json" if path.startswith(_API) else "application/octet-stream"
        )
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
        """Nobody reads an access log of a stand-in."""
