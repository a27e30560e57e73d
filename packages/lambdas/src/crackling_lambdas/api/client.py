"""Distinguish clients, so that limits apply to each of them.

A request through the page's distribution has the viewer's address where CloudFront appended it to X-Forwarded-For; what stands
before it came from the viewer and proves nothing. The distribution proves itself by a header whose value only the stack knows.
A request without it was sent to the API directly, and its sender's address is the one that API Gateway saw.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from typing import TYPE_CHECKING

from crackling_lambdas.api.caller import Caller

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

PAGE_HEADER = "x-crackling-page"
UNKNOWN = "unknown"  # all callers without a usable address are one client
IPV6_NETWORK_BITS = 64  # what a provider gives one customer, at least


def client_of(event: APIGatewayProxyEvent, page_key: str) -> str:
    """Return the client that the limits apply to: the user who is signed in, or else a keyed digest; no address is stored.

    `page_key` is the value of the distribution's header, and the digest's key.
    """
    user = Caller.of(event).user
    who = f"user {user}" if user else _network(_address(event, page_key))
    return hmac.new(page_key.encode(), who.encode(), hashlib.sha256).hexdigest()[:32]


def _address(event: APIGatewayProxyEvent, page_key: str) -> str:
    identity = event["requestContext"].get("identity") or {}
    source = str(identity.get("sourceIp") or "")
    given = event.headers.get(PAGE_HEADER) or ""
    if not page_key or not hmac.compare_digest(given.encode(), page_key.encode()):
        return source
    hops = [hop.strip() for hop in (event.headers.get("x-forwarded-for") or "").split(",")]
    if hops[-1] == source:  # API Gateway appended CloudFront's own address
        hops.pop()
    return hops[-1] if hops else source


def _network(address: str) -> str:
    """Return the addresses of one client: an IPv4 address, or the IPv6 network in which it may choose any address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((found, IPV6_NETWORK_BITS), strict=False))
    return str(found)
