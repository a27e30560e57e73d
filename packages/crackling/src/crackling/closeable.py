"""Close objects at the end of a `with` block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class Closeable(ABC):
    """The base of what can be used as a context manager or closed with close()."""

    __slots__ = ()

    @abstractmethod
    def close(self) -> None:
        """Release memory and files; a second call does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
