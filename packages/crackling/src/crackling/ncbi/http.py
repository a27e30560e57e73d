"""HTTP as a guest: few requests a second, bounded waits, redirects to http(s) only, and errors that say what to do."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urljoin, urlsplit
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
from crackling.ncbi.rate import Rate, shared_rate
from crackling.ncbi.retry import PassingError, Patience, Tries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from urllib3 import BaseHTTPResponse, PoolManager

_T = TypeVar("_T")

_AGENT: Final = "crackling"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 5
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_CHUNK: Final = 256 * 1024
_LONGEST_ANSWER: Final = 64 * 1024 * 1024
WEB_PAGE: Final = (
    "NCBI answered with a web page instead of data: a network's sign-in page, a proxy, or NCBI under maintenance; "
    "look at the address in a browser and try again"
)


class StatusError(TransferError):
    """The server refuses for good; `status` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Client:
    """Requests of one guest. Safe to share between threads.

    The key goes to `home` alone, the origin of NCBI's API: not to its file servers, nor where a redirect leads.
    """

    def __init__(
        self,
        home: str,
        api_key: str | None = None,
        patience: Patience | None = None,
        rate: Rate | None = None,
    ) -> None:
        self.patience = patience or Patience()
        self._home = _origin(home)
        self._key = api_key
        self._rate = rate or shared_rate(api_key)
        self._pools: dict[str | None, PoolManager] = {}
        self._lock = threading.Lock()

    def tries_at_file(self, stop: threading.Event | None = None) -> Tries:
        """For one range, or all of a file where it comes in one stream."""
        return Tries(self.patience, self.patience.file_attempts, stop)

    def persistently(self, attempt: Callable[[], _T]) -> _T:
        """What the attempt returns, as soon as one succeeds.

        Raises:
            TransferError: none did.
        """
        tries = Tries(self.patience)
        while True:
            try:
                return attempt()
            except PassingError as error:
                tries.failed(error)

    def text(self, address: str) -> str:
        """A small file.

        Raises:
            TransferError: it could not be had; StatusError: there is no such thing.
        """
        return self.persistently(lambda: self._whole(address)).decode("utf-8", "replace")

    def json(self, address: str) -> object:
        """An answer in JSON. Raises as text() does."""

        def attempt() -> object:
            body = self._whole(address)
            try:
                return json.loads(body)
            except ValueError:
                raise PassingError("NCBI's answer is damaged (no JSON); try again later") from None

        return self.persistently(attempt)

    def head(self, address: str) -> Mapping[str, str]:
        """The headers of a file. Raises as text() does."""

        def attempt() -> Mapping[str, str]:
            with self.open("HEAD", address) as answer:
                return answer.headers

        return self.persistently(attempt)

    def _whole(self, address: str) -> bytes:
        body = bytearray()
        with self.open("GET", address) as answer:
            for chunk in self.chunks(answer):
                body += chunk
                if len(body) > _LONGEST_ANSWER:
                    raise TransferError(f"{address}: is longer than such an answer can be; check the address")
        return bytes(body)

    @contextmanager
    def open(
        self, method: str, address: str, headers: Mapping[str, str] | None = None
    ) -> Iterator[BaseHTTPResponse]:
        """One attempt at a request: an answer of 2xx whose body is still to be read, with redirects followed.

        Raises:
            PassingError: it failed in a way that may pass.
            StatusError: the server refuses.
            TransferError: a redirect leads nowhere.
        """
        answer = self._follow(method, address, headers or {})
        try:
            if answer.headers.get("content-type", "").startswith("text/html"):
                raise PassingError(WEB_PAGE)
            yield answer
        finally:
            answer.close()  # what is left of a body is not worth the reading

    def chunks(self, answer: BaseHTTPResponse) -> Iterator[bytes]:
        """The body as it comes, without decoding.

        Raises:
            PassingError: it broke off, or came too slowly.
        """
        waited, received = 0.0, 0  # in here alone: the reader may take its time
        while True:
            asked = time.monotonic()
            try:
                chunk = answer.read1(_CHUNK, decode_content=False)
            except (HTTPError, OSError) as error:
                raise _passing(error, answer.url or "") from None
            if not chunk:
                return
            waited, received = waited + time.monotonic() - asked, received + len(chunk)
            if waited > self.patience.silence:
                if received < waited * self.patience.slowest:
                    raise PassingError("NCBI sends too slowly; try again later")
                waited, received = 0.0, 0
            yield chunk

    def _follow(self, method: str, address: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        """The answer of the place where the redirects end; what fails is closed."""
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._request(method, address, headers)
            if answer.status in _REDIRECTS and "location" in answer.headers:
                answer.close()
                address = _target(address, answer.headers["location"])
                continue
            if not 200 <= answer.status < 300:
                raise self._refusal(answer, address)
            return answer
        raise TransferError(f"{_host(address)} redirects in a circle; try again later, or tell NCBI")

    def _request(self, method: str, address: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        _must_be_http(address)
        key = {"api-key": self._key} if self._key and _origin(address) == self._home else {}
        self._rate.wait()
        try:
            return self._pool(address).request(
                method,
                address,
                headers={"user-agent": _AGENT, "accept-encoding": "identity", **key, **headers},
                timeout=urllib3.Timeout(connect=self.patience.connect, read=self.patience.silence),
                redirect=False,
                retries=False,
                preload_content=False,
            )
        except (HTTPError, OSError) as error:
            raise _passing(error, address) from None

    def _refusal(self, answer: BaseHTTPResponse, address: str) -> TransferError:
        status, host = answer.status, _host(address)
        body = next(self.chunks(answer), b"").lower()
        answer.close()
        if status == 429:
            return PassingError(
                f"{host} has had too many requests (429); wait a minute, or use an API key", _asked(answer)
            )
        if status in _PASSING:
            return PassingError(
                f"{host} is out of order at the moment ({status}); try again later", _asked(answer)
            )
        if self._key and (status in {401, 403} or b"api key" in body):
            return TransferError(f"{host} refuses the API key ({status}); check it, or do without")
        return StatusError(
            status, f"{host} refuses the request ({status} for {address}); check what was asked for"
        )

    def _pool(self, address: str) -> PoolManager:
        """Connections that are kept, through the proxy that the environment names, if any."""
        parts = urlsplit(address)
        proxy = None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = (
                    urllib3.ProxyManager(proxy, maxsize=8) if proxy else urllib3.PoolManager(maxsize=8)
                )
            return self._pools[proxy]


def _must_be_http(address: str) -> None:
    if urlsplit(address).scheme not in {"http", "https"}:
        raise TransferError(f"{address}: is neither http nor https, so it is not fetched; tell NCBI")


def _target(address: str, location: str) -> str:
    """Where a redirect leads."""
    try:
        target = urljoin(address, location)
        _host(target)
    except ValueError:
        raise TransferError(
            f"{_host(address)} redirects to no address ({location[:80]}); tell NCBI"
        ) from None
    return target


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def _host(address: str) -> str:
    return urlsplit(address).hostname or address


def _asked(answer: BaseHTTPResponse) -> float | None:
    """Seconds until the server wants to be asked again, from Retry-After."""
    try:
        return Retry().get_retry_after(answer)
    except InvalidHeader:
        return None


def _passing(error: Exception, address: str) -> TransferError:
    """What a person can do about a connection that failed."""
    host = _host(address)
    match error:
        case NameResolutionError():
            return PassingError(f"{host} cannot be found; check the network connection and try again")
        case ConnectTimeoutError() | NewConnectionError():
            return PassingError(
                f"{host} cannot be reached; check the network connection (proxy, firewall) and try again"
            )
        case SSLError():
            return TransferError(
                f"{host} has a certificate that is not trusted here; check the machine's clock and certificates, or the proxy"
            )
        case ReadTimeoutError() | TimeoutError():
            return PassingError(f"{host} went silent; try again later")
    return PassingError(f"the connection to {host} broke off ({type(error).__name__}); try again later")
