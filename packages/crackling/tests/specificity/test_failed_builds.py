"""A failed build leaves nothing behind, and an older index of that name stays intact."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
from typing import TYPE_CHECKING, BinaryIO

import pytest

from crackling.errors import CracklingError, InputError, StorageError
from crackling.specificity import build_index
from crackling.specificity.index import Index
from support.planted import fasta

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.planted import Planted

OLD = b"an index of another genome"


@pytest.fixture
def genome(rich: Planted, tmp_path: Path) -> Path:
    path = tmp_path / "genome.fa"
    path.write_bytes(fasta(rich.contigs))
    return path


@pytest.fixture(params=[False, True], ids=["new", "over an old one"])
def out(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Yield the output of a build that must fail: no file or an old index is there, before and after."""
    folder = tmp_path / "indexes"
    folder.mkdir()
    path = folder / "genome.issl"
    if request.param:
        path.write_bytes(OLD)
    yield path
    assert [(file.name, file.read_bytes()) for file in folder.iterdir()] == (
        [(path.name, OLD)] if request.param else []
    )


class FullDisk:
    """A file that has room for some bytes."""

    def __init__(self, file: BinaryIO, room: int) -> None:
        self._file, self._room = file, room

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def write(self, part: bytes) -> int:
        self._room -= memoryview(part).nbytes
        if self._room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(part)


@pytest.mark.parametrize("part", [0.0, 0.2, 0.5, 0.9, 0.9999])
def test_no_space_left(
    genome: Path, out: Path, rich_index: Path, monkeypatch: pytest.MonkeyPatch, part: float
) -> None:
    """The disk may be full at any part of the file, at last at the header, which is written at the end."""
    room, fdopen = int(part * rich_index.stat().st_size), os.fdopen
    monkeypatch.setattr(os, "fdopen", lambda handle, _mode: FullDisk(fdopen(handle, "wb"), room))
    with pytest.raises(
        StorageError, match=r"genome\.issl: cannot be written \(No space left on device\); free some space"
    ):
        build_index([genome], out)


def test_the_system_refuses_to_write(genome: Path, out: Path) -> None:
    """A limit on the size of files makes real writes fail: buffered bytes fail when they are flushed."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(StorageError, match=r"cannot be written \(File too large\)"):
            build_index([genome], out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("when", ["reading", "sorting", "writing"])
def test_interrupted(genome: Path, out: Path, when: str) -> None:
    """Ctrl-C may come in each stage."""

    def interrupt(stage: str, _done: int, _total: int) -> None:
        if stage == when:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index([genome], out, threads=2, progress=interrupt)


def test_bad_input_after_good(genome: Path, out: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.fa"
    bad.write_bytes(b">x\nACGTACGT\nACGT!ACGT\n")
    with pytest.raises(InputError, match=r"bad\.fa: contig 'x', letter 13: '!' is no nucleotide; give DNA"):
        build_index([genome, bad], out)


def test_the_new_index_replaces_the_old_one(rich: Planted, genome: Path, tmp_path: Path) -> None:
    """A reader of the old index can go on, and the new one has the usual permissions of files."""
    out = tmp_path / "genome.issl"
    build_index([genome], out)
    with Index.open(out) as old:
        before = old.off_targets(rich.guides[0])
        assert before
        genome.write_bytes(b">b\n" + b"G" * 23)
        build_index([genome], out)
        assert [name for name, _ in old.contigs] == ["c0"]
        assert old.off_targets(rich.guides[0]) == before
    with Index.open(out) as new:
        assert new.contigs == [("b", 23)]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(out.stat().st_mode) == 0o666 & ~mask
    assert sorted(path.name for path in tmp_path.iterdir()) == ["genome.fa", "genome.issl"]


def test_where_no_index_can_be_written(genome: Path, tmp_path: Path) -> None:
    for out, reason in (
        (tmp_path / "absent" / "genome.issl", "No such file or directory"),
        (genome / "genome.issl", "Not a directory"),
        (tmp_path, "is a folder"),
    ):
        with pytest.raises(CracklingError, match=reason) as error:
            build_index([genome], out)
        assert isinstance(error.value, StorageError)
        assert str(error.value).startswith(f"{out}: ")
    assert list(tmp_path.iterdir()) == [genome]
