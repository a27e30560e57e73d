"""Get the responses of a distribution's origins: objects from a bucket, functions' answers from a REST API."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from botocore.exceptions import ClientError

from localcloud.front.http import Request, Response
from localcloud.front.rest import Gateway, RestApi

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.front.distribution import Origin
    from localcloud.pump.mapping import Invoke
    from localcloud.world import World

_DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
_KEPT = {"ContentType": "content-type", "CacheControl": "cache-control", "ContentEncoding": "content-encoding",
         "ETag": "etag"}  # fmt: skip


class Origins:
    """Sends requests to origins, and caches the deployed configuration until `generation` changes."""

    def __init__(
        self,
        world: World,
        invoke: Invoke,
        generation: Callable[[], int],
        may_read: Callable[[str, str], bool],
    ) -> None:
        """`may_read` tells whether CloudFront may read a bucket for a distribution, by the id of that and the bucket's name."""
        self._world, self._generation, self._may_read = world, generation, may_read
        self._gateway = Gateway(world, invoke)
        self._lock = threading.Lock()
        self._loaded_at = -1
        self._apis: dict[tuple[str, str], RestApi | None] = {}
        self._readable: dict[tuple[str, str], bool] = {}

    def fetch(self, origin: Origin, request: Request) -> Response:
        self._forget_old()
        if ".execute-api." in origin.domain:
            return self._rest(origin.domain.partition(".")[0], request)
        return self._bucket(origin, request)

    def close(self) -> None:
        self._gateway.close()

    def _forget_old(self) -> None:
        with self._lock:
            if (generation := self._generation()) != self._loaded_at:
                self._apis.clear()
                self._readable.clear()
                self._loaded_at = generation

    def _rest(self, identifier: str, request: Request) -> Response:
        """Answer from the REST API; the first part of the path is the stage."""
        stage, _, path = request.path.lstrip("/").partition("/")
        with self._lock:
            if (identifier, stage) not in self._apis:
                self._apis[identifier, stage] = RestApi.load(self._world, identifier, stage)
            api = self._apis[identifier, stage]
        if api is None:
            return Response.json(403, '{"message":"Forbidden"}')
        return self._gateway.answer(api, replace(request, path=f"/{path.rstrip('/')}"))

    def _bucket(self, origin: Origin, request: Request) -> Response:
        bucket, key = origin.domain.partition(".s3")[0], unquote(request.path).lstrip("/")
        denied = Response(403, {"content-type": "application/xml"}, _DENIED)
        if not (origin.protected and self._readable_by(origin.distribution, bucket)):
            return denied
        try:
            found = self._world.client("s3").get_object(Bucket=bucket, Key=key)
        except ClientError:
            return denied  # without s3:ListBucket, S3 does not reveal that a key is missing
        headers = {name: found[field] for field, name in _KEPT.items() if field in found}
        return Response(200, headers, found["Body"].read())

    def _readable_by(self, distribution: str, bucket: str) -> bool:
        """Return whether the bucket's policy lets CloudFront read for this distribution."""
        with self._lock:
            if (distribution, bucket) not in self._readable:
                self._readable[distribution, bucket] = self._may_read(distribution, bucket)
            return self._readable[distribution, bucket]
