"""Test who a client is: what CloudFront and API Gateway saw counts, and never what the caller says."""

from __future__ import annotations

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from crackling_lambdas.api.client import PAGE_HEADER, client_of

KEY = "b9a1"
VIEWER, OTHER, EDGE = "203.0.113.7", "203.0.113.8", "130.176.0.1"


def client(forwarded: str | None, source: str | None, key: str | None = KEY) -> str:
    headers = {"x-forwarded-for": forwarded, PAGE_HEADER: key}
    event = {
        "headers": {name: value for name, value in headers.items() if value is not None},
        "requestContext": {"identity": {"sourceIp": source}},
    }
    return client_of(APIGatewayProxyEvent(event), KEY)


def direct(address: str | None) -> str:
    return client(None, address, None)


def test_behind_the_page_it_is_the_viewer_that_cloudfront_saw() -> None:
    assert client(f"{VIEWER}, {EDGE}", EDGE) == client(VIEWER, EDGE) == direct(VIEWER)
    assert client(f"{OTHER}, {EDGE}", EDGE) != direct(VIEWER)


def test_what_the_viewer_forwards_itself_changes_nothing() -> None:
    assert client(f"{OTHER}, 1.1.1.1, {VIEWER}, {EDGE}", EDGE) == direct(VIEWER)


@pytest.mark.parametrize("key", [None, "", "guess", "\N{SNOWMAN}"])
def test_without_the_pages_key_the_sender_counts(key: str | None) -> None:
    assert client(f"{OTHER}, {VIEWER}", VIEWER, key) == direct(VIEWER)


def test_a_deployment_without_a_key_trusts_no_header() -> None:
    event = APIGatewayProxyEvent(
        {
            "headers": {PAGE_HEADER: "", "x-forwarded-for": OTHER},
            "requestContext": {"identity": {"sourceIp": VIEWER}},
        }
    )
    plain = APIGatewayProxyEvent({"headers": {}, "requestContext": {"identity": {"sourceIp": VIEWER}}})
    assert client_of(event, "") == client_of(plain, "")


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        (f"::ffff:{VIEWER}", VIEWER, True),
        (VIEWER, OTHER, False),
        ("no address", None, True),
    ],
)
def test_a_client_is_an_address_or_a_network_of_ipv6(one: str, two: str | None, same: bool) -> None:
    assert (direct(one) == direct(two)) is same


def test_no_address_is_kept() -> None:
    assert VIEWER not in repr(direct(VIEWER))
    assert len(direct(VIEWER)) == 32


def test_who_is_signed_in_is_one_client_wherever_it_is() -> None:
    def signed_in(user: str, address: str) -> str:
        context = {"identity": {"sourceIp": address}, "authorizer": {"claims": {"sub": user}}}
        return client_of(APIGatewayProxyEvent({"headers": {}, "requestContext": context}), KEY)

    assert signed_in("ada", VIEWER) == signed_in("ada", OTHER)
    assert signed_in("ada", VIEWER) != signed_in("bob", VIEWER)
    assert signed_in("ada", VIEWER) != direct(VIEWER)
