"""Run moto's server on one port of this machine, in this process, with our middleware in front of it."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NoReturn

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wsgi import LimitedStream

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Middleware = Callable[["WSGIApplication"], "WSGIApplication"]


class _Handler(MotoRequestHandler):
    """Keeps connections open (a new one for each call would double the time of a call) and prints nothing."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


class Server:
    """Serves every AWS service at `endpoint`, a "localhost" address, by which moto recognises path-style URLs."""

    def __init__(self, port: int, middleware: Iterable[Middleware]) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        app: WSGIApplication = DomainDispatcherApplication(create_backend_app)
        for layer in middleware:
            app = layer(app)
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, _body_to_its_end(app), threaded=True, request_handler=_Handler
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="localcloud", daemon=True)
        self.endpoint = f"http://localhost:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Body(LimitedStream):
    """Tells of a client that has gone in the way that the server expects."""

    def on_disconnect(self, error: Exception | None = None) -> NoReturn:
        raise ConnectionResetError("the connection ended in the middle of a request") from error


def _body_to_its_end(app: WSGIApplication) -> WSGIApplication:
    """Read what the application leaves of a body: it would look like the next request."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Any:  # noqa: ANN401
        if environ.get("wsgi.input_terminated"):  # the body is chunked, and marks its own end
            return app(environ, start_response)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = io.BufferedReader(_Body(environ["wsgi.input"], length))  # type: ignore[type-var]
        environ["wsgi.input"] = body
        try:
            return app(environ, start_response)
        finally:
            while body.read(io.DEFAULT_BUFFER_SIZE):
                pass

    return call
