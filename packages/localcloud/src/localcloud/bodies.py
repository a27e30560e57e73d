"""Keep the bodies of objects, and of the parts of uploads, as files: they are written in blocks and read by ranges."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BLOCK = 1024 * 1024
_OFFER = b"localcloud-body:"


@dataclass(frozen=True)
class Body:
    """The bytes of a file that never changes, or a section of them. It has a length, slices, and blocks to iterate over."""

    path: Path
    start: int
    size: int

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, wanted: slice) -> Body:
        start, stop, _ = wanted.indices(self.size)
        return Body(self.path, self.start + start, max(0, stop - start))

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb", buffering=0) as file:
            for position in range(0, self.size, BLOCK):
                length = min(BLOCK, self.size - position)
                block = os.pread(file.fileno(), length, self.start + position)
                if len(block) < length:
                    raise OSError(f"{self.path}: the file is shorter than the object")
                yield block

    def read(self) -> bytes:
        return b"".join(self)

    def md5(self) -> str:
        digest = hashlib.md5(usedforsecurity=False)
        for block in self:
            digest.update(block)
        return digest.hexdigest()


class Bodies:
    """A folder of bodies. The names of its files are random: nothing that a user sends gets into a path.

    `durable`: a body is on the disk before `write` returns. `is_kept` says whether a file that nobody in this process needs
    any longer must stay for the next one.
    """

    def __init__(
        self, folder: Path, *, durable: bool = False, is_kept: Callable[[str], bool] = lambda _name: False
    ) -> None:
        self.folder, self._durable, self._is_kept = folder, durable, is_kept
        self._offered: dict[bytes, Body] = {}
        self._discarded: set[Path] = set()
        self._lock = threading.Lock()
        self._closed = False
        folder.mkdir(parents=True, exist_ok=True)

    def new(self) -> BinaryIO:
        """Return a new file to write a body to, for `done` or `abandon`."""
        return (self.folder / uuid.uuid4().hex).open("x+b")

    def done(self, file: BinaryIO) -> Body:
        """Close the file of a body that is written to its end."""
        file.flush()
        if self._durable:
            os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
        file.close()
        return Body(Path(file.name), 0, size)

    def abandon(self, file: BinaryIO) -> None:
        file.close()
        Path(file.name).unlink(missing_ok=True)

    def write(self, blocks: Iterable[bytes]) -> Body:
        """Store a body. Nothing is left of it if reading the blocks fails."""
        file = self.new()
        try:
            file.writelines(blocks)
            return self.done(file)
        except BaseException:
            self.abandon(file)
            raise

    def copy(self, body: Body) -> Body:
        """Return the same bytes in a file of their own; the whole of a file is linked, not copied."""
        if (body.start, body.size) != (0, body.path.stat().st_size):
            return self.write(body)
        path = self.folder / uuid.uuid4().hex
        try:
            os.link(body.path, path)
        except OSError:  # not every file system has links
            shutil.copyfile(body.path, path)
        return Body(path, 0, body.size)

    def join(self, bodies: Iterable[Body]) -> Body:
        return self.write(block for body in bodies for block in body)

    def stored(self, name: str) -> Body:
        """Return the body in a file of this folder. Raises OSError if there is none."""
        path = self.folder / name
        return Body(path, 0, path.stat().st_size)

    def sweep(self) -> None:
        """Delete the files that nobody keeps, which a killed process has left."""
        for path in self.folder.iterdir():
            if not self._is_kept(path.name):
                path.unlink()

    # --- bodies that are stored before moto asks for them ---

    def offer(self, body: Body) -> bytes:
        """Return a short stand-in for a body, which moto handles in its place; `keep` exchanges it."""
        token = _OFFER + uuid.uuid4().bytes
        with self._lock:
            self._offered[token] = body
        return token

    def keep(self, value: bytes | str | Body) -> Body:
        """Return the stored form of what moto wants to store."""
        if isinstance(value, Body):
            return self.copy(value)
        content = value.encode() if isinstance(value, str) else value
        with self._lock:
            offered = self._offered.pop(content, None) if content.startswith(_OFFER) else None
        return self.write([content]) if offered is None else offered

    def withdraw(self, token: bytes) -> None:
        """Delete an offered body that moto did not want."""
        with self._lock:
            offered = self._offered.pop(token, None)
        if offered is not None:
            self.discard(offered)

    # --- the end of a body ---

    def discard(self, body: Body) -> None:
        """Delete a body that nobody in this process needs any longer, unless it is kept for the next one."""
        with self._lock:
            self._discarded.add(body.path)
        self.delete_discarded()

    def delete_discarded(self) -> None:
        with self._lock:
            gone = {path for path in self._discarded if not self._closed and not self._is_kept(path.name)}
            self._discarded -= gone
        for path in gone:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Delete nothing any longer."""
        self._closed = True
