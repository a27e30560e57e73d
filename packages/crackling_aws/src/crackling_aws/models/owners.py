"""Say who may read what belongs to somebody."""

from typing import Protocol


class Owned(Protocol):
    """Stand for a job or a genome. Without an owner it is common to all."""

    @property
    def owner(self) -> str | None: ...

    @property
    def shared(self) -> bool: ...


def may_read(user: str | None, thing: Owned) -> bool:
    """Return whether a user may read a thing; None is somebody who is not signed in."""
    return thing.owner in (None, user) or (thing.shared and user is not None)
