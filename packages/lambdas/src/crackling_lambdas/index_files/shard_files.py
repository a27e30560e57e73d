"""Keep index files open on a function's disk while there is room; the least recently used are deleted first."""

from __future__ import annotations

import errno
import logging
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crackling.errors import IndexFileError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crackling.specificity import Shard
    from crackling_aws.models.genomes import IndexFile

RESERVED_BYTES = 64 * 1024 * 1024  # of the disk, for everything else


logger = logging.getLogger(__name__)


class FullDiskError(Exception):
    """Raised when a file does not fit even alone; another instance, or a later attempt, may have more room."""


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(kw_only=True)
class ShardFiles:
    """Keep shards open. Only one thread at a time may use them, which is how Lambda calls a function."""

    folder: Path
    free_bytes: Callable[[Path], int] = _free_bytes
    _open: dict[str, tuple[Path, Shard]] = field(default_factory=dict)  # by key, used last at the end

    def __contains__(self, file: IndexFile) -> bool:
        return file.key in self._open

    def use(self, file: IndexFile, download: Callable[[IndexFile, Path], Shard]) -> Shard:
        """Return the shard, open until the next call; if it is missing, `download` writes the file and opens it.

        A file that arrives damaged is downloaded once more.

        Raises:
            FullDiskError: there is no room for it, even alone.
            IndexFileError: it was damaged twice.
        """
        if file.key not in self._open:
            if not self._open:
                self._begin()
            path = self.folder / file.key.replace("/", "+")
            try:
                shard = self._download(file, path, download)
            except IndexFileError as error:
                logger.warning("%s is damaged and downloaded once more: %s", file.key, error)
                shard = self._download(file, path, download)
            self._open[file.key] = path, shard
        self._open[file.key] = self._open.pop(file.key)
        return self._open[file.key][1]

    def make_room(self, size_bytes: int, keep: IndexFile | None = None) -> None:
        """Delete the least recently used files until `size_bytes` are free.

        Raises:
            FullDiskError: the disk is too small; then `keep` is deleted too, so that the next call starts with an empty folder.
        """
        while self.free_bytes(self.folder) < size_bytes + RESERVED_BYTES:
            others = [key for key in self._open if keep is None or key != keep.key]
            if not others:
                self._drop_all()
                raise FullDiskError(f"No room for {size_bytes:,} bytes in {self.folder}")
            self._drop(others[0])

    def _begin(self) -> None:
        """Start with an empty folder, because files that a killed process left are of no use."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def _download(self, file: IndexFile, path: Path, download: Callable[[IndexFile, Path], Shard]) -> Shard:
        while True:
            try:
                return download(file, path)
            except OSError as error:
                path.unlink(missing_ok=True)
                if error.errno != errno.ENOSPC:
                    raise
                if not self._open:
                    raise FullDiskError(f"No room for {file.key} in {self.folder}") from error
                # The file system reported more free space than it had.
                logger.warning("The disk is full; the least recently used shard makes room for %s", file.key)
                self._drop(next(iter(self._open)))
            except BaseException:
                path.unlink(missing_ok=True)
                raise

    def _drop(self, key: str) -> None:
        path, shard = self._open.pop(key)
        shard.close()
        path.unlink(missing_ok=True)

    def _drop_all(self) -> None:
        while self._open:
            self._drop(next(iter(self._open)))
