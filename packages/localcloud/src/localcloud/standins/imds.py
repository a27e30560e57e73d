"""Stand in for an instance's metadata service: version 2 only, with tags, credentials and notices."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from localcloud.standins.server import Server, Silent, StandIn

_TOKEN = "X-aws-ec2-metadata-token"  # noqa: S105 - the name of a header
_LIFETIME = f"{_TOKEN}-ttl-seconds"
_ROOT = "/latest/meta-data"


@dataclass
class MetadataStandIn(StandIn):
    """Serves one instance's metadata at `url`. A context manager; later changes to its attributes are served, too.

    `credentials` are those of the instance's role: AccessKeyId, SecretAccessKey and Token.
    """

    instance_id: str = "i-0123456789abcdef0"
    region: str = "eu-west-1"
    tags: dict[str, str] = field(default_factory=dict)
    credentials: dict[str, str] | None = None
    interruption: str | None = None  # the body of spot/instance-action
    tokens: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__(_Handler)
        self.url = f"http://127.0.0.1:{self.port}"

    def answer(self, path: str) -> str | None:
        """Return the text at a path below meta-data, or None if the service has none."""
        known = {
            "instance-id": self.instance_id,
            "placement/region": self.region,
            "placement/availability-zone": f"{self.region}a",
            **{f"tags/instance/{key}": value for key, value in self.tags.items()},
        }
        if self.interruption is not None:
            known["spot/instance-action"] = self.interruption
        if self.credentials is not None:
            expiry = {"Code": "Success", "Type": "AWS-HMAC", "Expiration": "2099-01-01T00:00:00Z"}
            known["iam/security-credentials/"] = "worker"
            known["iam/security-credentials/worker"] = json.dumps(expiry | self.credentials)
        return known.get(path)


class _Handler(Silent, BaseHTTPRequestHandler):
    server: Server

    def do_PUT(self) -> None:
        if self.path != "/latest/api/token" or not self.headers.get(_LIFETIME, "").isdigit():
            self._send(400, "")
            return
        token = secrets.token_hex(8)
        self._owner.tokens.add(token)
        self._send(200, token)

    def do_GET(self) -> None:
        if self.headers.get(_TOKEN) not in self._owner.tokens:
            self._send(401, "")
            return
        inside, _, path = self.path.partition(f"{_ROOT}/")
        text = self._owner.answer(path) if not inside else None
        self._send(200 if text is not None else 404, text or "")

    @property
    def _owner(self) -> MetadataStandIn:
        owner: MetadataStandIn = self.server.stand_in
        return owner

    def _send(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
