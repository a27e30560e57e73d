from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.cli import main
from delivery.commands import check_sources
from delivery.program import DeliveryError
from delivery.repository import ROOT, tracked_although_ignored
from delivery.workflows.docstrings import scraps
from delivery.workflows.imports import MAY_IMPORT, Imports, packages
from repositories import git

if TYPE_CHECKING:
    from pathlib import Path

SCIENCE = {"science/__init__.py": "", "science/a/__init__.py": "", "science/b.py": ""}


def imports_of(folder: Path, files: dict[str, str]) -> Imports:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return Imports(sorted(path for path in folder.iterdir() if path.is_dir()))


def test_every_package_has_a_rule() -> None:
    assert {path.name for path in packages(ROOT)} == set(MAY_IMPORT)


def test_the_repository_passes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-sources"]) == 0
    assert Imports(packages(ROOT)).pairs
    monkeypatch.setattr(check_sources, "packages", lambda _: [])
    monkeypatch.setattr(check_sources, "known_files", lambda _: [])
    monkeypatch.setattr(check_sources, "tracked_although_ignored", lambda _: ["a/_kernel.so"])
    assert main(["check-sources"]) == 1
    assert "git rm --cached a/_kernel.so" in capsys.readouterr().err


@pytest.mark.parametrize(
    "statement",
    [
        "import science.b",
        "from science import b",
        "from science.b import f",
        "def g():\n    import science.b",
    ],
)
def test_an_import_that_no_rule_allows_is_found_however_it_is_written(tmp_path: Path, statement: str) -> None:
    imports = imports_of(tmp_path, {**SCIENCE, "cloud/__init__.py": "", "cloud/c.py": statement})
    assert imports.forbidden({"science": (), "cloud": ()}) == [("cloud.c", "science.b")]
    assert imports.forbidden({"science": (), "cloud": ("science.a",)}) == [("cloud.c", "science.b")]
    for allowed in ("science", "science.b"):
        assert not imports.forbidden({"science": (), "cloud": (allowed,)})


def test_a_cycle_is_found_also_if_it_is_one_of_types(tmp_path: Path) -> None:
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from science.b import f"
    files = {**SCIENCE, "science/a/one.py": typed, "science/b.py": "from science import c"}
    assert imports_of(tmp_path, {**files, "science/c.py": ""}).cycle() is None
    imports = imports_of(tmp_path, {**files, "science/c.py": "import science.a.one"})
    assert imports.cycle() == ["science.a", "science.b", "science.c", "science.a"]


def test_a_package_may_name_what_its_modules_have(tmp_path: Path) -> None:
    files = {
        "science/__init__.py": "from science.b import f",
        "science/b.py": "from science import __version__",
    }
    assert imports_of(tmp_path, files).cycle() is None


def test_a_docstring_that_opens_with_a_scrap_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(
        '"""What it is."""\nclass A:\n    """A thing."""\n    def f(self):\n        """Whether it is.\n        More."""\n'
        'def g():\n    """Return what it is."""\nasync def h():\n    """However it is, go on."""\n'
    )
    assert list(scraps([path])) == [(path, 1, "What it is."), (path, 4, "Whether it is.")]
    comments = tmp_path / "a.js"
    comments.write_text(
        "/** Draw it. */\n/** What it is. */\n/**\n * How it is.\n * Whether more. */\n/* Of it. */\n// What\n"
    )
    found = [(line, text.removesuffix(" */")) for _, line, text in scraps([comments])]
    assert found == [(2, "What it is."), (3, "How it is."), (6, "Of it.")]


def test_a_file_that_is_tracked_although_it_is_ignored_is_found(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / ".gitignore").write_text("_kernel.*\n")
    for name in ("kernel.c", "_kernel.so"):
        (tmp_path / name).write_text("")
    git(tmp_path, "add", ".")
    assert not tracked_although_ignored(tmp_path)
    git(tmp_path, "add", "--force", "_kernel.so")
    assert tracked_although_ignored(tmp_path) == ["_kernel.so"]


def test_outside_a_repository_git_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="git cannot list the files"):
        tracked_although_ignored(tmp_path)
