from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from layer_recipes import bowtie2, checks, debian, lock, recipes, tree, wheels
from layer_recipes.errors import RecipeError
from layer_recipes.recipe import layer
from layer_recipes.target import Target


def test_a_target_in_the_words_of_each_tool() -> None:
    target = Target("3.12", "arm64")
    assert (target.folder, target.machine, target.debian) == ("cp312-arm64", "aarch64", "arm64")
    assert (target.wheels, target.compiler) == ("aarch64-manylinux_2_34", "aarch64-linux-gnu.2.34")


GROUPS = ("crackling", "viennarna", "runtime", "boto3")


@pytest.mark.parametrize("group", GROUPS)
def test_every_requirement_has_its_version_and_hashes(group: str) -> None:
    entries = re.split(r"\n(?! )", lock.export(group).strip())
    assert [entry.partition("==")[0] for entry in entries] == sorted(lock.names(group))
    for entry in entries:
        assert re.fullmatch(
            r"[a-z0-9-]+==[0-9][\w.]*( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+", entry
        ), entry


def test_what_groups_share_is_exported_once() -> None:
    both = lock.export("crackling", "boto3")
    assert both.count("urllib3==") == 1
    assert lock.export("viennarna") not in both


def test_the_layers_have_all_that_their_packages_require() -> None:
    there = {name for group in GROUPS for name in lock.names(group)}
    required = {
        canonicalize_name(requirement.name)
        for name in there
        for requirement in map(Requirement, requires(name) or [])
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    assert required <= there


def test_a_package_that_is_not_locked_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "LOCK", tmp_path / "requirements.lock")
    lock.LOCK.write_text("six==1.0 \\\n    --hash=sha256:00\n")
    with pytest.raises(RecipeError, match=r"requirements.lock lacks viennarna: run `./scripts/test -s lock`"):
        lock.export("viennarna")


def test_where_the_trees_lie() -> None:
    places = {name: str(recipe.folder(Target())) for name, recipe in recipes.RECIPES.items()}
    layers = ("crackling", "viennarna", "bowtie2", "runtime", "boto3")
    others = {"functions": "lambdas", "worker": "worker/x86_64"}
    assert places == {name: f"layers/cp313-x86_64/{name}" for name in layers} | others


def test_wheels_leave_nothing_that_names_the_building_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(command: list[str], **_settings: object) -> Any:
        into = tmp_path / "python"
        for name in (
            ".lock",
            "bin/tool",
            "module.py",
            "module-1.dist-info/RECORD",
            "module-1.dist-info/METADATA",
        ):
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            (into / name).write_text("")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", install)
    wheels.install(lock.export("runtime"), Target(), tmp_path / "python")
    left = {str(path.relative_to(tmp_path / "python")) for path in tree.files(tmp_path / "python")}
    assert left == {"module.py", "module-1.dist-info/METADATA"}


def test_a_failed_install_names_the_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "no such version")
    monkeypatch.setattr(subprocess, "run", lambda *_words, **_settings: failed)
    with pytest.raises(RecipeError, match=r"wheels for cp313-x86_64: no such version"):
        wheels.install(lock.export("runtime"), Target(), tmp_path)


def test_imports_see_nothing_but_the_folders(tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone/__init__.py").write_text("")
    (tmp_path / "alone/needy.py").write_text("import pytest")
    assert list(checks.broken_imports(sys.executable, [tmp_path], ["alone"])) == []
    assert "No module named 'pytest'" in next(checks.broken_imports(sys.executable, [tmp_path], ["alone.*"]))


def test_the_build_names_what_it_knows() -> None:
    program = Path(__file__).parents[1] / "build.py"
    done = subprocess.run([sys.executable, program, "viena"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert (
        "no recipe viena: there are crackling, viennarna, bowtie2, runtime, boto3, functions, worker"
        in done.stderr
    )


def test_without_apt_bowtie2_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "_STATE", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RecipeError, match=r"bowtie2 comes from Debian's packages.*apt-get and dpkg-deb"):
        bowtie2.inputs(Target())


def test_resolved_packages_need_no_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "amd64").mkdir()
    (tmp_path / "amd64/resolved.txt").write_text("b\na\n")
    monkeypatch.setattr(debian, "_STATE", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bowtie2.inputs(Target()) == ["a", "b"]


def test_too_large_counts_all_trees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(bytes(60))
    monkeypatch.setattr(checks, "LARGEST", 100)
    assert list(checks.too_large([tmp_path / "one"])) == []
    assert "120 bytes" in next(checks.too_large([tmp_path / "one", tmp_path / "two"]))


def test_a_build_that_is_never_the_same_is_found(tmp_path: Path) -> None:
    numbers = iter(range(9))

    def build(_target: Target, into: Path) -> None:
        (into / "stable").write_text("")
        (into / "number").write_text(str(next(numbers)))

    recipe = layer("example", build, lambda _target: [])
    (tmp_path / "tree").mkdir()
    recipe.build(Target(), tmp_path / "tree")
    assert next(checks.other_bytes(recipe, Target(), tmp_path / "tree")).endswith("differs in number")
