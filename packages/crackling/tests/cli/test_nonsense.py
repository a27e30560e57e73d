"""Call the commands with nonsense: one line, exit code 2, and nothing is lost."""

from __future__ import annotations

import io
import os
import random
import resource
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import pytest

from crackling.cli.main import main
from crackling.errors import IndexFileError, InputError
from crackling.specificity import Index, build_index

if TYPE_CHECKING:
    from pathlib import Path

GUIDE = "ATAAATAGCGAAAACCCGCG"
SECONDS = 20
MEMORY = 4 << 30  # of address space: what has no bound fails instead of using up the machine


class Folder:
    """A folder with the sample, in which commands are run in a process of their own."""

    def __init__(self, path: Path, sample: Path) -> None:
        self.path = path
        shutil.copy(sample / "lambda_phage.fa", path / "genome.fa")
        (path / "guides.txt").write_text(f"{GUIDE}\n")
        (path / "query.fa").write_text(f">q\n{'ACGTTGCAGG' * 6}\n")
        build_index(path / "genome.fa", path / "genome.issl")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "crackling", *arguments],
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={
                **os.environ,
                "CRACKLING_NCBI_URL": "http://127.0.0.1:1",
                "HOME": str(self.path),
                **environment,
            },
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        )

    def call(self, *arguments: str) -> tuple[int, str]:
        """Run a command in this process, which is quicker; return its exit code and what it says on stderr."""
        out, error = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
        with (
            chdir(self.path),
            redirect_stdout(out),
            redirect_stderr(error),
            pytest.raises(SystemExit) as exit_,
        ):
            main(arguments)
        assert isinstance(exit_.value.code, int)
        return exit_.value.code, error.getvalue()

    def refuses(self, *arguments: str) -> str:
        """Return the one line with which a command is refused."""
        code, error = self.call(*arguments)
        assert code == 2, (arguments, error)
        return only_line(error)


def only_line(error: str) -> str:
    """Return the line of an error, below the usage if an option is wrong."""
    assert "Traceback" not in error
    lines = [line for line in error.splitlines() if line.startswith("crackling") and "error: " in line]
    assert len(lines) == 1, error
    return lines[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Folder:
    return Folder(tmp_path_factory.mktemp("nonsense"), sample)


@pytest.mark.parametrize("link", ["itself", "symlink", "hardlink"])
@pytest.mark.parametrize(
    ("command", "source"),
    [
        ("index SOURCE -o OUT", "genome.fa"),
        ("design SOURCE --genome genome.issl -o OUT", "query.fa"),
        ("design --guides SOURCE --genome genome.issl -o OUT", "guides.txt"),
        ("design query.fa --genome SOURCE -o OUT", "genome.issl"),
        ("design query.fa --genome SOURCE -o OUT", "genome.fa"),
        ("design query.fa --genome genome.issl --annotation SOURCE -o OUT", "guides.txt"),
    ],
)
def test_an_output_that_is_an_input_is_refused(folder: Folder, command: str, source: str, link: str) -> None:
    path, out = folder.path / source, folder.path / f"{link}.csv"
    out.unlink(missing_ok=True)
    if link == "itself":
        out = path
    elif link == "symlink":
        out.symlink_to(path)
    else:
        out.hardlink_to(path)
    before = path.read_bytes()
    names = {"SOURCE": source, "OUT": out.name}
    message = folder.refuses(*(names.get(word, word) for word in command.split()))
    assert "is the same file as the input" in message
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "command",
    [
        "score genome.issl guides.txt",
        "design --guides guides.txt --genome genome.issl",
        "index guides.txt -o x.issl",
    ],
)
def test_standard_output_that_is_an_input_is_refused(folder: Folder, command: str) -> None:
    path = folder.path / "guides.txt"
    before = path.read_bytes()
    with path.open("ab") as out:
        done = subprocess.run(
            [sys.executable, "-m", "crackling", *command.split()],
            cwd=folder.path, stdout=out, stderr=subprocess.PIPE, timeout=SECONDS, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(
        b"crackling: error: standard output: is the same file as the input guides.txt"
    )
    assert path.read_bytes() == before


def test_the_library_keeps_the_input_too(folder: Folder) -> None:
    with pytest.raises(InputError, match="is the same file as the input"):
        build_index(folder.path / "genome.fa", folder.path / "genome.fa")


@pytest.mark.parametrize(
    "command",
    [
        "design LONG --genome genome.issl -o x.csv",
        "design query.fa --genome LONG",
        "design query.fa --genome genome.issl -o LONG",
        "design --guides LONG --genome genome.issl",
        "design query.fa --genome genome.issl --annotation LONG",
        "index LONG -o x.issl",
        "index genome.fa -o LONG",
        "score LONG guides.txt",
        "score genome.issl LONG",
        "offtargets LONG " + GUIDE,
        "inspect LONG",
        "align guides.txt --bowtie2-index LONG",
    ],
)
@pytest.mark.parametrize("name", ["x" * 300, "GCF_" + "0" * 5_000, "loop", "loop/x", "e\nx", "\x1b[31m"])
def test_names_that_are_no_files(folder: Folder, command: str, name: str) -> None:
    loop = folder.path / "loop"
    if not loop.is_symlink():
        loop.symlink_to("loop")
    if name in {"e\nx", "\x1b[31m"} and command.endswith("-o LONG"):
        return  # this is a file that can be written
    folder.refuses(*(name if word == "LONG" else word for word in command.split()))


@pytest.mark.parametrize(
    "command",
    [
        "design /dev/zero --genome genome.issl",
        "design query.fa --genome /dev/zero",
        "design --guides /dev/zero --genome genome.issl",
        "design query.fa --genome genome.issl --annotation /dev/zero",
        "index /dev/zero -o x.issl",
        "score /dev/zero guides.txt",
        "score genome.issl /dev/zero",
        "inspect /dev/zero",
        "align /dev/zero --bowtie2-index genome",
    ],
)
def test_a_file_without_end_is_refused_in_bounded_memory(folder: Folder, command: str) -> None:
    done = folder.run(*command.split())
    assert done.returncode == 2
    assert only_line(done.stderr.decode()).startswith("crackling: error: ")


@pytest.mark.parametrize("threads", ["0", "-1", "513", "100000", "9" * 5_000, "x", "1e3"])
def test_threads_have_a_limit(folder: Folder, threads: str) -> None:
    assert "--threads" in folder.refuses("index", "genome.fa", "-o", "x.issl", "--threads", threads)
    assert "--threads" in folder.refuses("score", "genome.issl", "guides.txt", "--threads", threads)


def test_the_library_limits_threads_too(folder: Folder) -> None:
    with pytest.raises(InputError, match="100000 threads are more than 512"):
        build_index(folder.path / "genome.fa", folder.path / "x.issl", threads=100_000)


def test_a_closed_index_says_so(folder: Folder) -> None:
    with Index.open(folder.path / "genome.issl") as index:
        pass
    with pytest.raises(IndexFileError, match=r"genome\.issl: this index is closed"):
        index.score([GUIDE])
    with pytest.raises(IndexFileError, match=r"genome\.issl: this index is closed"):
        index.off_targets(GUIDE)


def test_a_folder_for_temporary_files_that_is_full(folder: Folder) -> None:
    """A limit on the size of files stands for the full disk."""
    run = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000)); "
        "from crackling.cli.main import main; main(sys.argv[1:])"
    )
    for arguments in (
        ["design", "query.fa", "--genome", "genome.fa"],
        ["design", "query.fa", "--genome", "genome.issl", "-o", "x.xlsx"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", run, *arguments],
            cwd=folder.path, capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 2, done.stderr
        assert "cannot be written (File too large)" in only_line(done.stderr.decode())


FILES = (
    "genome.fa",
    "genome.issl",
    "guides.txt",
    "query.fa",
    "none",
    "loop",
    ".",
    "/dev/null",
    "-",
    "",
    "x" * 300,
)
VALUES = (
    "0",
    "-1",
    "1",
    "5",
    "99999999999999999999",
    "nan",
    "é\udcff\x1b",
    "chr1:1-2",
    "recA",
    GUIDE,
    "ACGT" * 99,
)
OPTIONS = (
    "--genome", "--guides", "--region", "-o", "--output", "--format", "--annotation", "--no-annotation", "--consensus",
    "--all-folds", "--threads", "-k", "--compatible", "--shard-bases", "--json", "--bowtie2-index", "--bowtie2",
)  # fmt: skip
FORMATS = ("csv", "tsv", "xlsx", "table", "html", "gff3", "csv ")
COMMANDS = ("index", "score", "offtargets", "align", "design", "inspect")
FUZZED = 300


def command_line(chance: random.Random) -> list[str]:
    """Return a command with arguments that may or may not make sense."""
    words = [chance.choice(COMMANDS)]
    for _ in range(chance.randint(0, 6)):
        pool = chance.choice((FILES, FILES, VALUES, OPTIONS, FORMATS))
        words.append(chance.choice(pool))
    if chance.random() < 0.5:
        words += ["--genome", chance.choice(FILES)] if words[0] == "design" else ["-o", chance.choice(FILES)]
    return words


def test_random_command_lines(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback, one line and a known exit code, whatever is asked for."""
    folder = Folder(tmp_path, sample)
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.setenv("CRACKLING_NCBI_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b">a\nACGT\n")))
    codes = set()
    for seed in range(FUZZED):
        words = command_line(random.Random(seed))
        code, error = folder.call(*words)
        codes.add(code)
        assert code in {0, 1, 2}, (seed, words, error)
        assert "Traceback" not in error, (seed, words, error)
        assert code == 0 or only_line(error), (seed, words)
    assert 2 in codes
    assert folder.call("design", GUIDE, "--genome", "genome.issl")[0] == 0
