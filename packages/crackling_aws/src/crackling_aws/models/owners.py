"""Say who may read what belongs to somebody."""

from typing import Protocol


class Owned(Protocol):
    """Stand for a job or a genome. Without an owner it is common to all."""

    @property
    def owner(self) -> str | None: ...

    @property
    def shared(self) -> bool: ...


def may_read(user: str | None, item: Owned) -> bool:
    """Return whether a user may read an item; None is somebody who is not signed in."""
    return item.owner in (None, user) or (item.shared and user is not None)
