import re
import subprocess
import sys

import pytest

from layer_recipes import bowtie2, checks, debian, recipes, tree, wheels
from layer_recipes.errors import RecipeError
from layer_recipes.recipe import layer
from layer_recipes.target import Target


def test_a_target_in_the_words_of_each_tool():
    target = Target("3.12", "arm64")
    assert (target.folder, target.machine, target.debian) == ("cp312-arm64", "aarch64", "arm64")
    assert (target.wheels, target.compiler) == ("aarch64-manylinux_2_34", "aarch64-linux-gnu.2.34")


def test_every_requirement_is_pinned_exactly():
    for path in wheels.REQUIREMENTS.glob("*.txt"):
        lines = wheels.pins(path)
        assert lines, path
        for line in lines:
            assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][\w.]*(; .+)?", line), f"{path.name}: {line}"


def test_where_the_trees_lie():
    places = {name: str(recipe.folder(Target())) for name, recipe in recipes.RECIPES.items()}
    layers = ("crackling", "viennarna", "bowtie2", "runtime", "boto3")
    others = {"functions": "lambdas", "worker": "worker/x86_64"}
    assert places == {name: f"layers/cp313-x86_64/{name}" for name in layers} | others


def test_wheels_leave_nothing_that_names_the_building_machine(tmp_path, monkeypatch):
    def install(command, **_settings):
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
    wheels.install(wheels.REQUIREMENTS / "runtime.txt", Target(), tmp_path / "python")
    left = {str(path.relative_to(tmp_path / "python")) for path in tree.files(tmp_path / "python")}
    assert left == {"module.py", "module-1.dist-info/METADATA"}


def test_a_failed_install_names_the_requirements_and_the_target(tmp_path, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, "", "no such version")
    monkeypatch.setattr(subprocess, "run", lambda *_words, **_settings: failed)
    with pytest.raises(RecipeError, match=r"runtime.txt for cp313-x86_64: no such version"):
        wheels.install(wheels.REQUIREMENTS / "runtime.txt", Target(), tmp_path)


def test_imports_see_nothing_but_the_folders(tmp_path):
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone/__init__.py").write_text("")
    (tmp_path / "alone/needy.py").write_text("import pytest")
    assert list(checks.broken_imports(sys.executable, [tmp_path], ["alone"])) == []
    assert "No module named 'pytest'" in next(checks.broken_imports(sys.executable, [tmp_path], ["alone.*"]))


def test_the_build_names_what_it_knows():
    program = wheels.REQUIREMENTS.parent / "build.py"
    done = subprocess.run([sys.executable, program, "viena"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert (
        "no recipe viena: there are crackling, viennarna, bowtie2, runtime, boto3, functions, worker"
        in done.stderr
    )


def test_without_apt_bowtie2_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(debian, "_STATE", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RecipeError, match=r"bowtie2 comes from Debian's packages.*apt-get and dpkg-deb"):
        bowtie2.inputs(Target())


def test_resolved_packages_need_no_apt(tmp_path, monkeypatch):
    (tmp_path / "amd64").mkdir()
    (tmp_path / "amd64/resolved.txt").write_text("b\na\n")
    monkeypatch.setattr(debian, "_STATE", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bowtie2.inputs(Target()) == ["a", "b"]


def test_too_large_counts_all_trees(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(bytes(60))
    monkeypatch.setattr(checks, "LARGEST", 100)
    assert list(checks.too_large([tmp_path / "one"])) == []
    assert "120 bytes" in next(checks.too_large([tmp_path / "one", tmp_path / "two"]))


def test_a_build_that_is_never_the_same_is_found(tmp_path):
    numbers = iter(range(9))

    def build(_target, into):
        (into / "stable").write_text("")
        (into / "number").write_text(str(next(numbers)))

    recipe = layer("example", build, lambda _target: [])
    (tmp_path / "tree").mkdir()
    recipe.build(Target(), tmp_path / "tree")
    assert next(checks.other_bytes(recipe, Target(), tmp_path / "tree")).endswith("differs in number")
