"""Check the addresses that NCBI names: only https addresses on the public internet are used."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final, TypeAlias
from urllib.parse import urljoin, urlsplit

from crackling.errors import TransferError

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# Some proxies resolve every name to an address of this network and forward the request to the right host.
_STAND_INS: Final = ipaddress.ip_network("198.18.0.0/15")


def must_be_public(address: str, resolve: bool) -> None:
    """Check that an address which a server named is https and on the public internet, by `resolve` also by its name.

    An attacker's name that leads elsewhere a moment later still needs a certificate that this machine trusts.

    Raises:
        TransferError: it is not.
    """
    parts = urlsplit(address)
    if parts.scheme != "https":
        raise TransferError(
            f"{address}: is not https, so nothing is downloaded from there; report it to NCBI"
        )
    host = parts.hostname or ""
    try:
        found = [ipaddress.ip_address(host)]
    except ValueError:
        found = _resolved(host) if resolve else []
    if not all(map(_is_public, found)):
        raise TransferError(
            f"{address}: leads into a private network, so nothing is downloaded from there; report it to NCBI"
        )


def _resolved(host: str) -> list[_Address]:
    """Return the addresses of a name; none if it does not resolve, in which case the connection reports it."""
    try:
        return [ipaddress.ip_address(entry[4][0]) for entry in socket.getaddrinfo(host, None)]
    except (OSError, UnicodeError):
        return []


def _is_public(address: _Address) -> bool:
    address = getattr(address, "ipv4_mapped", None) or address
    is_stand_in = address.version == _STAND_INS.version and address in _STAND_INS
    return (address.is_global or is_stand_in) and not address.is_multicast


def redirect_target(address: str, location: str) -> str:
    """Return the address that a redirect leads to."""
    try:
        target = urljoin(address, location)
        host_of(target)
    except ValueError:
        raise TransferError(
            f"{host_of(address)} redirects to no address ({location[:80]}); report it to NCBI"
        ) from None
    return target


def origin_of(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def host_of(address: str) -> str:
    return urlsplit(address).hostname or address
