"""Send HTTP requests at a limited rate, with waits; follow redirects to public https only, and say in errors what to do."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InvalidHeader,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util import Retry

from crackling.errors import TransferError
from crackling.ncbi.addresses import host_of, must_be_public, origin_of, redirect_target
from crackling.ncbi.rate import Rate, shared_rate
from crackling.ncbi.retry import Attempts, RetryPolicy, TransientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from urllib3 import BaseHTTPResponse, PoolManager

_T = TypeVar("_T")

_AGENT: Final = "crackling"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS: Final = 5
_TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_CHUNK: Final = 256 * 1024
_LONGEST_ANSWER: Final = 64 * 1024 * 1024
WEB_PAGE: Final = (
    "NCBI answered with a web page instead of data: a network's sign-in page, a proxy, or NCBI under maintenance; "
    "look at the address in a browser and try again"
)


class StatusError(TransferError):
    """The server refuses the request for good; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Client:
    """A client for requests to NCBI. Safe to share between threads.

    The API key is sent only to `home`, the origin of NCBI's API: not to its file servers, and not to the target of a redirect.
    Addresses elsewhere must be https and public; only `home`, which the operator configured, may be anything.
    """

    def __init__(
        self,
        home: str,
        api_key: str | None = None,
        retry_policy: RetryPolicy | None = None,
        rate: Rate | None = None,
    ) -> None:
        self.retry_policy = retry_policy or RetryPolicy()
        self._home = origin_of(home)
        self._key = api_key
        self._rate = rate or shared_rate(api_key)
        self._pools: dict[str | None, PoolManager] = {}
        self._lock = threading.Lock()

    def attempts_at_file(self, stop: threading.Event | None = None) -> Attempts:
        """Return the attempts at one range, or at the whole file if it comes in one stream."""
        return Attempts(self.retry_policy, self.retry_policy.file_attempts, stop)

    def with_retries(self, attempt: Callable[[], _T]) -> _T:
        """Return the result of the first attempt that succeeds.

        Raises:
            TransferError: none did.
        """
        attempts = Attempts(self.retry_policy)
        while True:
            try:
                return attempt()
            except TransientError as error:
                attempts.wait_after(error)

    def text(self, address: str) -> str:
        """Download a small file.

        Raises:
            TransferError: it could not be had; StatusError: there is no such thing.
        """
        return self.with_retries(lambda: self._whole(address)).decode("utf-8", "replace")

    def json(self, address: str) -> object:
        """Download an answer in JSON. Raises as text() does."""

        def attempt() -> object:
            body = self._whole(address)
            try:
                return json.loads(body)
            except ValueError:
                raise TransientError("NCBI's answer is damaged (no JSON); try again later") from None

        return self.with_retries(attempt)

    def head(self, address: str) -> Mapping[str, str]:
        """Return the headers of a file. Raises as text() does."""

        def attempt() -> Mapping[str, str]:
            with self.open("HEAD", address) as answer:
                return answer.headers

        return self.with_retries(attempt)

    def _whole(self, address: str) -> bytes:
        body = bytearray()
        with self.open("GET", address) as answer:
            for chunk in self.chunks(answer):
                body += chunk
                if len(body) > _LONGEST_ANSWER:
                    raise TransferError(f"{address}: the answer is longer than expected; check the address")
        return bytes(body)

    @contextmanager
    def open(
        self, method: str, address: str, headers: Mapping[str, str] | None = None
    ) -> Iterator[BaseHTTPResponse]:
        """Attempt a request once, following redirects; return an answer of 2xx whose body is still to be read.

        Raises:
            TransientError: it failed in a way that may pass.
            StatusError: the server refuses.
            TransferError: a redirect leads nowhere.
        """
        answer = self._follow(method, address, headers or {})
        try:
            if answer.headers.get("content-type", "").startswith("text/html"):
                raise TransientError(WEB_PAGE)
            yield answer
        finally:
            answer.close()  # the rest of a body need not be read

    def chunks(self, answer: BaseHTTPResponse) -> Iterator[bytes]:
        """Yield the body as it arrives, without decoding it.

        Raises:
            TransientError: it broke off, or came too slowly.
        """
        waited, received = 0.0, 0  # time in this function only: the reader may be slow
        while True:
            asked = time.monotonic()
            try:
                chunk = answer.read1(_CHUNK, decode_content=False)
            except (HTTPError, OSError) as error:
                raise _connection_error(error, answer.url or "") from None
            if not chunk:
                return
            waited, received = waited + time.monotonic() - asked, received + len(chunk)
            if waited > self.retry_policy.silence_seconds:
                if received < waited * self.retry_policy.min_bytes_per_second:
                    raise TransientError("NCBI sends too slowly; try again later")
                waited, received = 0.0, 0
            yield chunk

    def _follow(self, method: str, address: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        """Follow redirects and return the last answer; answers that failed are closed."""
        for _ in range(_MAX_REDIRECTS + 1):
            answer = self._request(method, address, headers)
            if answer.status in _REDIRECTS and "location" in answer.headers:
                answer.close()
                address = redirect_target(address, answer.headers["location"])
                continue
            if not 200 <= answer.status < 300:
                raise self._refusal(answer, address)
            return answer
        raise TransferError(
            f"{host_of(address)} redirects in a circle; try again later, or report it to NCBI"
        )

    def _request(self, method: str, address: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        at_home = origin_of(address) == self._home
        if not at_home:
            must_be_public(address, resolve=self._proxy(address) is None)
        key = {"api-key": self._key} if self._key and at_home else {}
        self._rate.wait()
        try:
            return self._pool(address).request(
                method,
                address,
                headers={"user-agent": _AGENT, "accept-encoding": "identity", **key, **headers},
                timeout=urllib3.Timeout(
                    connect=self.retry_policy.connect_seconds, read=self.retry_policy.silence_seconds
                ),
                redirect=False,
                retries=False,
                preload_content=False,
            )
        except (HTTPError, OSError) as error:
            raise _connection_error(error, address) from None

    def _refusal(self, answer: BaseHTTPResponse, address: str) -> TransferError:
        status, host = answer.status, host_of(address)
        body = next(self.chunks(answer), b"").lower()
        answer.close()
        if status == 429:
            return TransientError(
                f"{host} has had too many requests (429); wait a minute, or use an API key",
                _retry_after_seconds(answer),
            )
        if status in _TRANSIENT:
            return TransientError(
                f"{host} is out of order at the moment ({status}); try again later",
                _retry_after_seconds(answer),
            )
        if self._key and (status in {401, 403} or b"api key" in body):
            return TransferError(f"{host} refuses the API key ({status}); check it, or do without")
        return StatusError(
            status, f"{host} refuses the request ({status} for {address}); check what was asked for"
        )

    def _pool(self, address: str) -> PoolManager:
        """Return a pool of connections, through the proxy that the environment names, if any."""
        proxy = self._proxy(address)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = (
                    urllib3.ProxyManager(proxy, maxsize=8) if proxy else urllib3.PoolManager(maxsize=8)
                )
            return self._pools[proxy]

    @staticmethod
    def _proxy(address: str) -> str | None:
        parts = urlsplit(address)
        return None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)


def _retry_after_seconds(answer: BaseHTTPResponse) -> float | None:
    """Return the seconds after which the server accepts another request, from Retry-After."""
    try:
        return Retry().get_retry_after(answer)
    except InvalidHeader:
        return None


def _connection_error(error: Exception, address: str) -> TransferError:
    """Return an error that says what a person can do about a failed connection."""
    host = host_of(address)
    match error:
        case NameResolutionError():
            return TransientError(f"{host} cannot be found; check the network connection and try again")
        case ConnectTimeoutError() | NewConnectionError():
            return TransientError(
                f"{host} cannot be reached; check the network connection (proxy, firewall) and try again"
            )
        case SSLError():
            return TransferError(
                f"{host} has a certificate that is not trusted here; check the machine's clock and certificates, or the proxy"
            )
        case ReadTimeoutError() | TimeoutError():
            return TransientError(f"{host} went silent; try again later")
    return TransientError(f"the connection to {host} broke off ({type(error).__name__}); try again later")
