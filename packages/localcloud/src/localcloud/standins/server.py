"""Provide the base of every stand-in: an HTTP server in a thread of this process, on a free port of this machine."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType


class Server(ThreadingHTTPServer):
    """An HTTP server whose handlers find their stand-in as `server.stand_in`."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler], stand_in: Any) -> None:  # noqa: ANN401 - each handler knows its own
        super().__init__(("127.0.0.1", 0), handler)
        self.stand_in = stand_in

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore errors, since clients may disconnect at any time."""


class Silent:
    """Mixin that silences the log of a request handler; it must come before the other base class."""

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""


class StandIn:
    """Base class of the stand-ins, a context manager: answers requests from `__enter__` to `__exit__`."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._server = Server(handler, self)
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name=type(self).__name__, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
