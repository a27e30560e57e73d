"""The documentation tells the truth: its commands print what it says, and what it names exists.

A fenced `console` block is a session: `$ command`, then its output. A line `...` stands for any lines, and `...` at
a line's end for any rest of it. A `pycon` block is a session of Python, as doctest reads it. A page's sessions run one after
the other in one folder that has the sample in it, and NCBI is a stand-in that has phage lambda.

They run in a fresh environment that has the built wheel and nothing else of this repository, as users install it.
"""

from __future__ import annotations

import ast
import dataclasses
import itertools
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import crackling
from crackling.results import COLUMNS
from localcloud.standins.assemblies import phage_lambda
from localcloud.standins.ncbi import NcbiStandIn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/*.md")])
OFF_TARGET_COLUMNS = [field.name for field in dataclasses.fields(crackling.OffTarget)]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What these print is what the command line prints; the sessions that deploy compare the two byte by byte.
SAME_AS = {
    "./scripts/crackling": "crackling",
    "./scripts/run --once": "crackling design sample/cI.fa --genome sample/lambda_phage.fa --format table",
}
PATHS = re.compile(r"(?<![\w/.-])(?:\./)?((?:packages|scripts|docs|sample|\.ci|\.github)/[\w./*-]*[\w*])")
MODULES = re.compile(r"`((?:crackling|crackling_aws|crackling_lambdas|crackling_infra)(?:\.[a-z]\w*)+)`")
ROOT_FILES = re.compile(r"`((?:requirements|noxfile|pyproject|mkdocs)\.\w+)`")
BUILT = ("packages/frontend/dist", "packages/infra/node_modules", "packages/frontend/node_modules")
SESSION = re.compile(r"(?:nox|scripts/test) -s ([\w-]+)")


class Command(NamedTuple):
    page: Path
    line: str
    expected: list[str]


def of_page(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    return [text for kind, text in FENCE.findall(page.read_text("utf-8")) if kind == language]


def sessions(page: Path) -> list[Command]:
    commands: list[Command] = []
    for line in itertools.chain.from_iterable(block.splitlines() for block in blocks(page, "console")):
        if line.startswith("$ "):
            commands.append(Command(page, line[2:], []))
        else:
            commands[-1].expected.append(line)
    return commands


def plain(line: str) -> str:
    for ours, same in SAME_AS.items():
        line = line.replace(ours, same)
    return line


def works_on_sample(line: str) -> bool:
    """Return whether it is a call of the command line on a file of the sample."""
    words = plain(line).split()
    return words[:1] == ["crackling"] and any(word.startswith("sample/") for word in words)


def examples(page: Path) -> list[str]:
    lines = itertools.chain.from_iterable(block.splitlines() for block in blocks(page, "sh"))
    return [line for line in lines if works_on_sample(line)]


class Installed(NamedTuple):
    """A fresh environment with the wheel, and a folder with the sample to work in."""

    environment: Path
    folder: Path

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        variables["PATH"] = os.pathsep.join([str(self.environment / "bin"), os.environ["PATH"]])
        variables["XDG_CACHE_HOME"] = str(self.folder / ".cache")
        command = ["sh", "-c", plain(line)]
        return subprocess.run(
            command, cwd=self.folder, env=variables, capture_output=True, text=True, check=False
        )


def pattern(expected: list[str]) -> re.Pattern[str]:
    lines = [
        r"(?:.*\n)*?"
        if line.strip() == "..."
        else re.escape(line.removesuffix("...").rstrip()) + (r".*\n" if line.endswith("...") else r"\n")
        for line in expected
    ]
    return re.compile("".join(lines))


def without_trailing_blanks(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.strip("\n").splitlines())


@pytest.fixture(scope="session", autouse=True)
def ncbi() -> Iterator[None]:
    phage = phage_lambda(ROOT / "sample" / "lambda_phage.fa")
    with NcbiStandIn({"GCF_000840245.1": phage}) as stand_in, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRACKLING_NCBI_URL", stand_in.url)
        yield


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and install it, with pandas, into an environment of its own."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT / "packages" / "crackling", check=True)
    [wheel] = folder.glob("*.whl")
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    assert uv is not None
    venv, lock = folder / "venv", ROOT / "requirements.lock"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, venv], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(venv / "bin" / "python")]
    subprocess.run([*install, "-c", str(lock), f"{wheel}[pandas]"], check=True)
    return venv


@pytest.fixture
def installed(environment: Path, tmp_path: Path) -> Installed:
    (tmp_path / "sample").symlink_to(ROOT / "sample")
    return Installed(environment, tmp_path)


def test_the_wheel_brings_the_program_the_types_and_the_licence(installed: Installed) -> None:
    found = installed.run('python -c "import crackling; print(crackling.__file__)"')
    package = Path(found.stdout.strip()).parent
    assert package.is_relative_to(installed.environment)
    assert (package / "py.typed").is_file()
    [metadata] = package.parent.glob("crackling_cloud-*.dist-info")
    assert (metadata / "licenses" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert installed.run("crackling --version").stdout.startswith("crackling ")


@pytest.mark.parametrize("page", [page for page in PAGES if sessions(page)], ids=of_page)
def test_sessions_print_what_the_page_says(page: Path, installed: Installed) -> None:
    for command in sessions(page):
        done = installed.run(command.line)
        assert done.returncode == 0, f"{command.line}\n{done.stderr}"
        printed = without_trailing_blanks(done.stdout)
        assert pattern(command.expected).fullmatch(printed), f"{command.line} prints now:\n{printed}"


@pytest.mark.parametrize("page", [page for page in PAGES if examples(page)], ids=of_page)
def test_examples_work(page: Path, installed: Installed) -> None:
    for line in examples(page):
        done = installed.run(line)
        assert done.returncode == 0, f"{line}\n{done.stderr}"


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "pycon")], ids=of_page)
def test_python_sessions_print_what_the_page_says(page: Path, installed: Installed) -> None:
    session = installed.folder / "session.txt"
    session.write_text("\n".join(blocks(page, "pycon")), "utf-8")
    done = installed.run("python -m doctest session.txt")
    assert done.returncode == 0, done.stdout


def test_the_page_on_the_library_lists_its_names() -> None:
    section = (ROOT / "docs" / "library.md").read_text("utf-8").partition("\n## Names\n")[2]
    rows = " ".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE))
    assert set(re.findall(r"`(\w+)", rows)) == set(crackling.__all__) - {"__version__"}


@pytest.mark.parametrize(
    ("page", "before", "columns"),
    [
        ("cli.md", "The other formats have:", COLUMNS),
        ("cli.md", "which `--no-annotation` leaves out.", OFF_TARGET_COLUMNS),
        ("api.md", "columns of `crackling design`:", COLUMNS),
    ],
)
def test_every_column_is_documented_in_order(page: str, before: str, columns: Sequence[str]) -> None:
    _, found, rest = (ROOT / "docs" / page).read_text("utf-8").partition(before)
    assert found, f"{page} does not say {before!r}"
    table = rest.lstrip().split("\n\n")[0].splitlines()
    first_cells = "".join(row.split("|")[1] for row in table)
    assert re.findall(r"`(\w+)`", first_cells) == list(columns)


def test_the_command_line_has_its_examples() -> None:
    """Each command is shown with its output."""
    shown = " ".join(command.line for command in sessions(ROOT / "docs" / "cli.md"))
    for name in ("index", "inspect", "score", "offtargets", "design", "genome"):
        assert f"crackling {name} " in shown


@pytest.mark.parametrize("name", ["index", "inspect", "score", "offtargets", "design", "genome"])
def test_every_option_is_documented(name: str, installed: Installed) -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    section = page.partition(f"## `crackling {name}`")[2].partition("\n## ")[0]
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", installed.run(f"crackling {name} --help").stdout))
    assert {option for option in options - {"--help"} if option not in section} == set()


@pytest.mark.parametrize("page", PAGES, ids=of_page)
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    named = {*PATHS.findall(text), *ROOT_FILES.findall(text)}
    missing = [name for name in sorted(named) if not name.startswith(BUILT) and not any(ROOT.glob(name))]
    assert missing == []
    assert set(SESSION.findall(text)) <= nox_sessions()
    # A changelog names what there was.
    for module in MODULES.findall(text) if page.name != "CHANGELOG.md" else ():
        pkgutil.resolve_name(module)


@cache
def nox_sessions() -> set[str]:
    """The names of the noxfile's sessions, read without nox."""
    statements = ast.parse((ROOT / "noxfile.py").read_text("utf-8")).body
    found = set()
    for function in (one for one in statements if isinstance(one, ast.FunctionDef)):
        for decorator in map(ast.unparse, function.decorator_list):
            if decorator.startswith("nox.session"):
                given = re.search(r"name='([^']+)'", decorator)
                found.add(given[1] if given else function.name)
    return found


def test_development_lists_every_session() -> None:
    table = (
        (ROOT / "docs" / "development.md")
        .read_text("utf-8")
        .partition("## Sessions")[2]
        .partition("\n## ")[0]
    )
    listed = {
        name
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`([\w-]+)`", row)
    }
    assert listed == nox_sessions()


def test_every_decision_is_listed() -> None:
    records = ROOT / "docs" / "decisions"
    listed = re.findall(r"\((\d{4}-[\w-]+\.md)\)", (records / "index.md").read_text("utf-8"))
    assert sorted(listed) == sorted(path.name for path in records.glob("[0-9]*.md"))


def test_output_that_differs_does_not_match() -> None:
    assert pattern(["a", "...", "c..."]).fullmatch("a\nb\nb\ncd\n")
    assert not pattern(["a", "c"]).fullmatch("a\nb\nc\n")
    assert not pattern(["a..."]).fullmatch("b\n")
