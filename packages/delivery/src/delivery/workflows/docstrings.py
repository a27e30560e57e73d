"""Check that docstrings open with a sentence that says what a thing does, not with a scrap such as "Whether it is ready"."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_SCRAP = r"(What|Whether|How|Of|Where|Which|Why)\b"
_COMMENT = re.compile(rf"/\*+\s+(?:\* )?({_SCRAP}.*)")  # of JavaScript and C
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def scraps(files: Iterable[Path]) -> Iterator[tuple[Path, int, str]]:
    """Yield the file, the line number and the first line of each docstring that opens with a scrap."""
    for path in files:
        source = path.read_text("utf-8")
        if path.suffix != ".py":
            for found in _COMMENT.finditer(source):
                yield path, source.count("\n", 0, found.start()) + 1, found[1]
            continue
        for node in ast.walk(ast.parse(source)):
            text = ast.get_docstring(node) if isinstance(node, _DOCUMENTED) else None
            if text and re.match(_SCRAP, text):
                yield path, getattr(node, "lineno", 1), text.partition("\n")[0]
