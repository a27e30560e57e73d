"""Map the access keys that the local cloud has given out to their owners."""

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
    """Attribute calls that are signed with these credentials to this principal from now on."""
    _principals[credentials.access_key] = (principal, credentials)


def principal_of(access_key: str) -> Principal | None:
    known = _principals.get(access_key)
    return known[0] if known else None


def secret_of(access_key: str) -> str | None:
    """Return the secret key of one of the local cloud's access keys, or None."""
    if access_key == DEVELOPER.access_key:
        return DEVELOPER.secret_key
    known = _principals.get(access_key)
    return known[1].secret_key if known else None


def principals() -> list[Principal]:
    return [principal for principal, _ in _principals.values()]


def forget(access_key: str) -> None:
    """Forget the principal; its recorded calls stay."""
    _principals.pop(access_key, None)


def forget_all() -> None:
    _principals.clear()
