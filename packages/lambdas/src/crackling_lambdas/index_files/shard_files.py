"""Keep index files open on a function's disk while there is room; the least recently used are deleted first."""

from __future__ import annotations

import errno
import logging
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crackling.errors import IndexFileError
from crackling.specificity.layout import file_digest
from crackling_lambdas.errors import FullDiskError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crackling.specificity import Shard
    from crackling_aws.models.genomes import IndexFile

RESERVED_BYTES = 64 * 1024 * 1024  # of the disk, for everything else


logger = logging.getLogger(__name__)


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(kw_only=True)
class ShardFiles:
    """Keep shards open. Only one thread at a time may use them, which is how Lambda calls a function."""

    folder: Path
    free_bytes: Callable[[Path], int] = _free_bytes
    _open: dict[IndexFile, tuple[Path, Shard]] = field(default_factory=dict)  # used last at the end

    def __contains__(self, file: IndexFile) -> bool:
        return file in self._open

    def use(self, file: IndexFile, download: Callable[[IndexFile, Path], Shard]) -> Shard:
        """Return the shard, open until the next call; if it is missing, `download` writes the file and opens it.

        A file that arrives damaged is downloaded once more.

        Raises:
            FullDiskError: there is no room for it, even alone.
            IndexFileError: it was damaged twice, or is another file than the genome's preparation made.
        """
        if file not in self._open:
            for replaced in [other for other in self._open if other.key == file.key]:
                self._drop(replaced)
            if not self._open:
                self._begin()
            path = self.folder / file.key.replace("/", "+")
            try:
                shard = self._download(file, path, download)
            except IndexFileError as error:
                logger.warning("%s is damaged and downloaded once more: %s", file.key, error)
                shard = self._download(file, path, download)
            self._open[file] = path, shard
        self._open[file] = self._open.pop(file)
        return self._open[file][1]

    def make_room(self, size_bytes: int, keep: IndexFile | None = None) -> None:
        """Delete the least recently used files until `size_bytes` are free.

        Raises:
            FullDiskError: the disk is too small; then `keep` is deleted too, so that the next call starts with an empty folder.
        """
        while self.free_bytes(self.folder) < size_bytes + RESERVED_BYTES:
            others = [file for file in self._open if file != keep]
            if not others:
                self._drop_all()
                raise FullDiskError(f"{size_bytes:,} bytes", self.folder)
            self._drop(others[0])

    def _begin(self) -> None:
        """Start with an empty folder, because files that a killed process left are of no use."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def _download(self, file: IndexFile, path: Path, download: Callable[[IndexFile, Path], Shard]) -> Shard:
        while True:
            try:
                return _checked(download(file, path), file, path)
            except OSError as error:
                path.unlink(missing_ok=True)
                if error.errno != errno.ENOSPC:
                    raise
                if not self._open:
                    raise FullDiskError(file.key, self.folder) from error
                # The file system reported more free space than it had.
                logger.warning("The disk is full; the least recently used shard makes room for %s", file.key)
                self._drop(next(iter(self._open)))
            except BaseException:
                path.unlink(missing_ok=True)
                raise

    def _drop(self, file: IndexFile) -> None:
        path, shard = self._open.pop(file)
        shard.close()
        path.unlink(missing_ok=True)

    def _drop_all(self) -> None:
        while self._open:
            self._drop(next(iter(self._open)))


def _checked(shard: Shard, file: IndexFile, path: Path) -> Shard:
    """Return a shard, or close it and raise an error if it is not the file that the preparation made."""
    if file.digest and file_digest(path) != file.digest:
        shard.close()
        raise IndexFileError(f"{file.key}: is another file than the genome's preparation made")
    return shard
