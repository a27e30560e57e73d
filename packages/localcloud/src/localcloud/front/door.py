"""Run the HTTP server of the front door."""

from __future__ import annotations

import contextlib
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from localcloud.front.http import Request, Response
from localcloud.front.origins import Origins
from localcloud.front.sign_in import SignInPages

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.front.distribution import Distribution
    from localcloud.pump.mapping import Invoke
    from localcloud.world import World

log = logging.getLogger(__name__)
_NOTHING = b"Nothing is deployed here yet: no CloudFront distribution.\n"
_ENDING = b"The local cloud is ending.\n"


class FrontDoor:
    """Serves the deployed distribution at `url`; if there are several, the one that was deployed last."""

    def __init__(
        self,
        port: int,
        world: World,
        invoke: Invoke,
        *,
        generation: Callable[[], int],
        distributions: Callable[[], list[Distribution]],
        may_read: Callable[[str, str], bool],
    ) -> None:
        self._origins = Origins(world, invoke, generation, may_read)
        self._distributions = distributions
        self._sign_in = SignInPages(world)
        self._server = _Server(("127.0.0.1", port), _handler(self._answer))
        self._thread = threading.Thread(target=self._server.serve_forever, name="front door", daemon=True)
        self.url = f"http://localhost:{self._server.server_port}"
        self._ending = False

    def start(self) -> None:
        self._thread.start()

    def expect_end(self) -> None:
        """Treat failures from now on as normal, since the rest of the cloud is shutting down."""
        self._ending = True

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._origins.close()

    def _answer(self, request: Request) -> Response:
        if (answer := self._sign_in.answer(request)) is not None:
            return answer
        deployed = self._distributions()
        if not deployed:
            return Response(503, {"content-type": "text/plain", "retry-after": "1"}, _NOTHING)
        try:
            return deployed[-1].serve(request, self._origins.fetch)
        except Exception:
            if not self._ending:
                raise
            return Response(503, {"content-type": "text/plain"}, _ENDING)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def _handler(answer: Callable[[Request], Response]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            request = Request.of(self.command, self.path, tuple(self.headers.items()), body)
            try:
                response = answer(request)
            except Exception:
                log.exception("%s %s", self.command, self.path)
                response = Response(
                    500, {"content-type": "text/plain"}, b"The local cloud failed; see its log.\n"
                )
            with contextlib.suppress(ConnectionError):  # the client may have disconnected
                self.send_response(response.status)
                for name, value in response.headers.items():
                    if name != "content-length":
                        self.send_header(name, value)
                self.send_header("content-length", str(len(response.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(response.body)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Log nothing."""

    return Handler
