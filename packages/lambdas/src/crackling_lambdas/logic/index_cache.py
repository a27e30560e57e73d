"""Indexes kept open on the function's disk, so that only its first chunk of a genome waits for a download."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from crackling.specificity import OffTarget, Specificity
    from crackling_aws.models import Genome
    from crackling_aws.objects import ObjectStore

RESERVE = 64 * 1024 * 1024  # bytes of disk left to everything else


class OpenIndex(Protocol):
    """What scoring needs of crackling.specificity.Index."""

    def score(self, guides: Sequence[str]) -> list[Specificity]: ...
    def off_targets(self, guide: str) -> list[OffTarget]: ...
    def close(self) -> None: ...


@dataclass
class IndexCache:
    """The indexes used last, as many as the disk holds. One at a time uses it, as Lambda calls a function."""

    objects: ObjectStore
    folder: Path
    open_index: Callable[[Path], OpenIndex]
    free_bytes: Callable[[Path], int] = field(default=lambda folder: shutil.disk_usage(folder).free)
    _open: dict[str, tuple[Path, OpenIndex]] = field(default_factory=dict)

    def open(self, genome: Genome) -> OpenIndex:
        """The index of a genome that is ready; one prepared anew has another claim, so another index."""
        (file,) = genome.files
        name = f"{genome.genome}.{genome.claim}.issl"
        if name not in self._open:
            self._open[name] = self._fetch(file.key, name, file.bytes)
        self._open[name] = self._open.pop(name)  # at the end: used last
        return self._open[name][1]

    def _fetch(self, key: str, name: str, size: int) -> tuple[Path, OpenIndex]:
        while self._open and self.free_bytes(self.folder) < size + RESERVE:
            self._drop(next(iter(self._open)))
        path = self.folder / name
        try:
            self.objects.download(key, path)
            return path, self.open_index(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def _drop(self, name: str) -> None:
        path, index = self._open.pop(name)
        index.close()
        path.unlink(missing_ok=True)
