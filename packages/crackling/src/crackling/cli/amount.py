"""Show in a column of the progress bar how much of a stage is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.progress import DownloadColumn, MofNCompleteColumn, ProgressColumn

if TYPE_CHECKING:
    from rich.progress import Task
    from rich.text import Text


# The stages of the cache. Importing their names would cost every command 50 ms.
IN_BYTES = frozenset({"downloading", "downloading genes", "reading genes"})


class AmountColumn(ProgressColumn):
    """A column that shows bytes with a unit, and everything else as a count."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes, self._count = DownloadColumn(), MofNCompleteColumn()

    def render(self, task: Task) -> Text:
        return (self._bytes if task.description in IN_BYTES else self._count).render(task)
