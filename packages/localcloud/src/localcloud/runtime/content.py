"""Unpack deployed archives, each content once, and provide the parts of Lambda's own Python that code relies on."""

from __future__ import annotations

import hashlib
import io
import sys
import tempfile
import threading
import zipfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localcloud.runtime.function import Archive

PROVIDED = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
"""Distributions that Lambda's Python runtime includes. Anything else must come from a layer or the code."""

_LAMBDA_PYTHON = b"#!/var/lang/bin/python"


class ContentStore:
    """Unpacked archives in one folder, shared by all functions with the same content.

    The folder may be kept for the next start, since its files depend only on the content and on this interpreter.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / hashlib.sha256(sys.executable.encode()).hexdigest()[:8]
        self._lock = threading.Lock()

    def unpack(self, archive: Archive) -> Path:
        target = self._folder / archive.digest[:24]
        with self._lock:
            if not target.is_dir():
                self._folder.mkdir(parents=True, exist_ok=True)
                partial = Path(tempfile.mkdtemp(dir=self._folder))
                _extract(archive.content, partial)
                partial.rename(target)
        return target

    def provided(self) -> Path:
        """Return a folder with boto3 and its dependencies, linked from this interpreter's own site-packages."""
        target = self._folder / "provided"
        with self._lock:
            if not target.is_dir():
                self._folder.mkdir(parents=True, exist_ok=True)
                partial = Path(tempfile.mkdtemp(dir=self._folder))
                for name in PROVIDED:
                    _link(metadata.distribution(name), partial)
                partial.rename(target)
        return target


def _extract(content: bytes, target: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(target)
        for member in archive.infolist():
            path = target / member.filename
            mode = (member.external_attr >> 16) & 0o777
            if path.is_file():
                _use_this_interpreter(path)
                path.chmod(mode | 0o400 or 0o644)


def _use_this_interpreter(script: Path) -> None:
    """Make a layer's script use this interpreter: such scripts (the AWS CLI's) begin with the path of Lambda's Python."""
    with script.open("rb") as stream:
        if stream.read(len(_LAMBDA_PYTHON)) != _LAMBDA_PYTHON:
            return
    _, _, rest = script.read_bytes().partition(b"\n")
    script.write_bytes(b"#!" + sys.executable.encode() + b"\n" + rest)


def _link(distribution: metadata.Distribution, target: Path) -> None:
    for name in {
        file.parts[0] for file in distribution.files or () if not file.parts[0].startswith((".", "_"))
    }:
        source = Path(str(distribution.locate_file(name)))
        if not (target / name).exists():
            (target / name).symlink_to(source)
