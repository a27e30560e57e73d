"""Test S3 as browsers and curl use it."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import botocore.session

from gap import fresh, shows_gap

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud
    from localcloud.world import World

RULE = {"AllowedMethods": ["POST"], "AllowedOrigins": ["http://localhost:*"], "AllowedHeaders": ["content-type"],
        "ExposeHeaders": ["ETag"]}  # fmt: skip


def bucket(world: World) -> str:
    name = fresh("browser")
    world.client("s3").create_bucket(Bucket=name)
    world.client("s3").put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [RULE]})
    return name


def send(request: urllib.request.Request) -> tuple[int, dict[str, str], bytes]:
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, {key.lower(): value for key, value in answer.headers.items()}, answer.read()


def preflight(world: World, name: str, origin: str, method: str = "POST") -> tuple[int, dict[str, str]]:
    headers = {"Origin": origin, "Access-Control-Request-Method": method,
               "Access-Control-Request-Headers": "Content-Type"}  # fmt: skip
    request = urllib.request.Request(f"{world.endpoint}/{name}", method="OPTIONS", headers=headers)
    return send(request)[:2]


def post(world: World, name: str, size: int, key: str = "uploads/a.fa", **changed: str) -> int:
    """Upload as a browser's form does; return the status."""
    conditions = [["starts-with", "$key", "uploads/"], ["content-length-range", 2, 10]]
    made = world.client("s3").generate_presigned_post(
        name, "uploads/${filename}", Conditions=conditions, ExpiresIn=60
    )
    return post_form(made["url"], {**made["fields"], "key": key, **changed}, size)[0]


def post_form(url: str, fields: dict[str, str], size: int) -> tuple[int, dict[str, str], bytes]:
    parts = [f'--B\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    file = (
        '--B\r\nContent-Disposition: form-data; name="file"; filename="a.fa"\r\n\r\n'
        + "x" * size
        + "\r\n--B--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=B", "Origin": "http://localhost:8080"}
    return send(urllib.request.Request(url, ("".join(parts) + file).encode(), headers))


def test_preflight_by_the_buckets_rules(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name = bucket(world)
        status, headers = preflight(world, name, "http://localhost:8080")
        allowed = status == 200 and headers["access-control-allow-origin"] == "http://localhost:8080"
        refused = [
            preflight(world, name, "https://evil.example"),
            preflight(world, name, "http://localhost:1", "PUT"),
        ]
        return allowed and all(one[0] == 403 for one in refused)

    shows_gap(stock, cloud.world, probe)


def test_no_cors_headers_that_the_bucket_does_not_give(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name = bucket(world)
        world.client("s3").put_object(Bucket=name, Key="key", Body=b"body")
        url = world.client("s3").generate_presigned_url("get_object", {"Bucket": name, "Key": "key"})
        status, headers, _ = send(urllib.request.Request(url, headers={"Origin": "https://evil.example"}))
        return status == 200 and "access-control-allow-origin" not in headers

    shows_gap(stock, cloud.world, probe)


def test_presigned_url_expires(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name, s3 = bucket(world), world.client("s3")
        s3.put_object(Bucket=name, Key="key", Body=b"body")
        url = s3.generate_presigned_url("get_object", {"Bucket": name, "Key": "key"}, ExpiresIn=1)
        fresh_status = send(urllib.request.Request(url))[0]
        time.sleep(2.1)
        return (fresh_status, send(urllib.request.Request(url))[0]) == (200, 403)

    shows_gap(stock, cloud.world, probe)


def test_presigned_url_is_for_its_key_only(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name, s3 = bucket(world), world.client("s3")
        for key in ("mine/a b+c.fa", "other"):
            s3.put_object(Bucket=name, Key=key, Body=b"body")
        url = s3.generate_presigned_url("get_object", {"Bucket": name, "Key": "mine/a b+c.fa"})
        other = url.replace(urlsplit(url).path, f"/{name}/other")
        return (send(urllib.request.Request(url))[0], send(urllib.request.Request(other))[0]) == (200, 403)

    shows_gap(stock, cloud.world, probe)


def test_presigned_post_is_limited_in_size_and_place(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name = bucket(world)
        assert post(world, name, 5) in (200, 201, 204)
        refused = [post(world, name, 1), post(world, name, 11), post(world, name, 5, key="elsewhere/a.fa"),
                   post(world, name, 5, acl="public-read"), post(world, name, 5, **{"x-amz-signature": "0" * 64})]  # fmt: skip
        return refused == [400, 400, 403, 403, 403]

    shows_gap(stock, cloud.world, probe)


def test_put_keeps_a_body_that_says_it_is_a_form(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name, s3 = bucket(world), world.client("s3")
        url = s3.generate_presigned_url("put_object", {"Bucket": name, "Key": "key"})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        send(urllib.request.Request(url, b"ACGT=", headers, method="PUT"))
        return bool(s3.get_object(Bucket=name, Key="key")["Body"].read() == b"ACGT=")

    shows_gap(stock, cloud.world, probe)


def test_signatures_of_version_2_are_refused(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name = bucket(world)
        s3: Any = botocore.session.get_session().create_client(
            "s3",
            region_name="us-east-1",
            endpoint_url=world.endpoint,
            aws_access_key_id="a",
            aws_secret_access_key="b",
        )
        url = s3.generate_presigned_url("put_object", {"Bucket": name, "Key": "key"})
        form = s3.generate_presigned_post(name, "key")["fields"]
        put = send(urllib.request.Request(url, b"body", method="PUT"))[0]
        return put == 400 and "AWSAccessKeyId" in form

    shows_gap(stock, cloud.world, probe)
