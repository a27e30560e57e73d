"""How much of a stage is done, in its own unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.progress import DownloadColumn, MofNCompleteColumn, ProgressColumn

if TYPE_CHECKING:
    from rich.progress import Task
    from rich.text import Text


IN_BYTES = frozenset({"fetching"})  # the cache's stage; to import its name would cost every command 50 ms


class AmountColumn(ProgressColumn):
    """Bytes in units of their size, everything else counted."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes, self._count = DownloadColumn(), MofNCompleteColumn()

    def render(self, task: Task) -> Text:
        return (self._bytes if task.description in IN_BYTES else self._count).render(task)
