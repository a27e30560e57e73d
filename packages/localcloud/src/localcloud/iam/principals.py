"""Who is who: the access keys that the local cloud has given out."""

from __future__ import annotations

from dataclasses import dataclass

from localcloud.world import DEVELOPER, Credentials


@dataclass(frozen=True)
class Principal:
    """A function (or another program) that acts with a role."""

    name: str
    role: str


_principals: dict[str, tuple[Principal, Credentials]] = {}


def register(principal: Principal, credentials: Credentials) -> None:
    """From now on, calls signed with these credentials are this principal's."""
    _principals[credentials.access_key] = (principal, credentials)


def principal_of(access_key: str) -> Principal | None:
    known = _principals.get(access_key)
    return known[0] if known else None


def secret_of(access_key: str) -> str | None:
    """The secret that belongs to an access key of the local cloud."""
    if access_key == DEVELOPER.access_key:
        return DEVELOPER.secret_key
    known = _principals.get(access_key)
    return known[1].secret_key if known else None


def principals() -> list[Principal]:
    return [principal for principal, _ in _principals.values()]


def forget(access_key: str) -> None:
    """The principal is gone; its calls so far stay recorded."""
    _principals.pop(access_key, None)


def forget_all() -> None:
    _principals.clear()
