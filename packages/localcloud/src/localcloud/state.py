"""Keep the state of the local cloud in a folder: the rows of tables, queues and streams in SQLite, objects as files."""

from __future__ import annotations

import fcntl
import json
import sqlite3
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from localcloud.bodies import Bodies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

VERSION = 1
OBJECT = "object"
_VERSION_FILE, _LOCK_FILE, _ROWS_FILE, _BODIES = "version", "lock", "state.sqlite", "objects"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    kind TEXT NOT NULL, owner TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, owner, key)
) WITHOUT ROWID
"""


class StateError(Exception):
    """Raised when a folder cannot be used; the message says why, and what to do."""


class Change(NamedTuple):
    """A row to write: `kind` of thing, its `owner` (a table, a bucket, a queue), `key`; no `value` deletes it."""

    kind: str
    owner: str
    key: str
    value: Any = None


class State:
    """A folder that one process at a time uses.

    Every write is one transaction and is on the disk before it returns, because whoever reads "202 Accepted" relies on it.

    Raises:
        StateError: another process uses the folder, another version has written it, or it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        try:
            self._claim()
        except OSError as error:
            raise StateError(f"{folder}: {error.strerror}; choose a folder that you may write to") from error
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._guard.close()
            raise self._damaged(f"{_ROWS_FILE}: {error}") from error
        except StateError:
            self._guard.close()
            raise

    def _claim(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._guard = (self._folder / _LOCK_FILE).open("a")
        try:
            fcntl.flock(self._guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._guard.close()
            raise StateError(
                f"{self._folder}: another process uses this folder; end it, or choose another folder"
            ) from None

    def _open(self) -> None:
        self._check_version()
        self._rows = sqlite3.connect(self._folder / _ROWS_FILE, check_same_thread=False, isolation_level=None)
        self._rows.execute("PRAGMA journal_mode=WAL")
        self._rows.execute("PRAGMA synchronous=FULL")
        if (found := self._rows.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
            raise self._damaged(f"{_ROWS_FILE}: {found.splitlines()[0]}")
        self._rows.execute(_SCHEMA)
        self._files = {value["file"] for _, _, value in self._all(OBJECT)}
        self.bodies = Bodies(self._folder / _BODIES, durable=True, is_kept=self._files.__contains__)
        for bucket, key, value in self._all(OBJECT):
            self._check_object(bucket, key, value)
        self.bodies.sweep()

    def _check_version(self) -> None:
        path = self._folder / _VERSION_FILE
        if not path.exists():
            if left := [one.name for one in self._folder.iterdir() if one.name != _LOCK_FILE]:
                raise StateError(
                    f"{self._folder}: the folder holds {left[0]} but no state; choose an empty folder, or a new one"
                )
            path.write_text(f"{VERSION}\n")
        if (found := path.read_text().strip()) != str(VERSION):
            raise StateError(
                f"{self._folder}: written by version {found!r} of the folder's format, and this program knows {VERSION}; "
                "run the program that wrote it, or choose a new folder"
            )

    def _check_object(self, bucket: str, key: str, value: dict[str, Any]) -> None:
        try:
            size = self.bodies.stored(value["file"]).size
        except OSError:
            size = None
        if size != value["size"]:
            raise self._damaged(
                f"{_BODIES}/{value['file']}, which is {bucket}/{key}, is missing or was changed"
            )

    def _damaged(self, what: str) -> StateError:
        return StateError(
            f"{self._folder}: damaged: {what}; restore the folder from a back-up, or choose a new one"
        )

    def _all(self, kind: str) -> Iterator[tuple[str, str, Any]]:
        query = "SELECT owner, key, value FROM rows WHERE kind = ? ORDER BY owner, key"
        for owner, key, value in self._rows.execute(query, (kind,)).fetchall():
            yield owner, key, json.loads(value)

    def read(self, kind: str, owner: str) -> list[tuple[str, Any]]:
        """Return the keys and values of an owner's rows, in the order of their keys."""
        query = "SELECT key, value FROM rows WHERE kind = ? AND owner = ? ORDER BY key"
        with self._lock:
            found = self._rows.execute(query, (kind, owner)).fetchall()
        return [(key, json.loads(value)) for key, value in found]

    def write(self, changes: Iterable[Change]) -> None:
        """Write all rows or none. The changes are read while no other thread writes."""
        with self._lock:
            self._rows.execute("BEGIN")
            try:
                for change in changes:
                    self._write(change)
            except BaseException:
                self._rows.execute("ROLLBACK")
                raise
            self._rows.execute("COMMIT")

    def _write(self, change: Change) -> None:
        where = "WHERE kind = ? AND owner = ? AND key = ?"
        place = (change.kind, change.owner, change.key)
        if change.kind == OBJECT:
            former = self._rows.execute(f"SELECT value FROM rows {where}", place).fetchone()  # noqa: S608 - a constant
            self._files.discard(json.loads(former[0])["file"] if former else "")
        if change.value is None:
            self._rows.execute(f"DELETE FROM rows {where}", place)  # noqa: S608 - a constant
            return
        value = json.dumps(change.value, ensure_ascii=False)
        self._rows.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)", (*place, value))
        if change.kind == OBJECT:
            self._files.add(change.value["file"])

    def close(self) -> None:
        self.bodies.close()
        with self._lock:
            self._rows.close()
        self._guard.close()
