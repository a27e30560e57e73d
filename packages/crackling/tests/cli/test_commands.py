"""Run the commands as users do: names, columns, exit codes and messages; no output is left half-written."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest

from crackling.cli.main import main
from crackling.sequences.compressed import plain

GUIDE = "ATAAATAGCGAAAACCCGCG"


class Command(Protocol):
    """A function that runs a command and returns its output: stdout, or stderr if it should fail."""

    def __call__(self, *arguments: object, code: int = 0) -> str: ...


@pytest.fixture(scope="module")
def genome(sample: Path) -> str:
    return str(sample / "lambda_phage.fa")


@pytest.fixture(scope="module")
def index(genome: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("cli") / "lambda.issl")
    with pytest.raises(SystemExit):
        main(["index", genome, "-o", path])
    return path


@pytest.fixture
def crackling(capsys: pytest.CaptureFixture[str]) -> Command:
    def call(*arguments: object, code: int = 0) -> str:
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert exit_.value.code == code, err
        return err if code else out

    return call


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


def test_index_prints_a_summary(crackling: Command, genome: str, tmp_path: Path) -> None:
    summary = json.loads(crackling("index", genome, "-o", tmp_path / "a.issl", "--json", "--threads", 1))
    assert summary["contigs"] == 1
    assert summary["bases"] == 48502
    assert summary["bytes"] == (tmp_path / "a.issl").stat().st_size
    assert summary["files"] == [str(tmp_path / "a.issl")]
    assert set(summary) == {"files", "contigs", "bases", "sites", "distinct_sites", "bytes", "seconds"}
    assert "48,502" in crackling("index", genome, "-o", tmp_path / "b.issl")
    assert (tmp_path / "a.issl").read_bytes() == (tmp_path / "b.issl").read_bytes()


def test_score_keeps_the_order_and_takes_guides_with_pam(
    crackling: Command, index: str, tmp_path: Path
) -> None:
    guides = tmp_path / "guides.txt"
    guides.write_bytes(f"\ufeff>one\n{GUIDE}\r\n\n{'AC' * 10}\n{GUIDE.lower()}agg".encode())
    scored = rows(crackling("score", index, guides, "-k", 2))
    assert [row["guide"] for row in scored] == [GUIDE, "AC" * 10, GUIDE]
    assert list(scored[0]) == ["guide", "mit", "cfd", "mm0", "mm1", "mm2"]
    assert scored[0] == scored[2]
    assert scored[0]["mm0"] == "1"


def test_offtargets_lists_locations(crackling: Command, index: str) -> None:
    listed = rows(crackling("offtargets", index, GUIDE, "AC" * 10, "-k", 5))
    assert (
        " ".join(listed[0])
        == "guide contig start end strand site pam mismatches alignment mit cfd gene feature"
    )
    first = listed[0]
    assert (first["contig"], first["start"], first["end"], first["strand"]) == ("NC_001416.1", "9", "32", "-")
    assert (first["alignment"], first["mismatches"], first["pam"]) == ("." * 20, "0", "AGG")
    for row in listed:
        marked = "".join("." if a == b else b for a, b in zip(row["guide"], row["site"], strict=True))
        assert row["alignment"] == marked
    by_guide = [
        [float(row["cfd"]) for row in listed if row["guide"] == guide] for guide in (GUIDE, "AC" * 10)
    ]
    assert all(scores == sorted(scores, reverse=True) for scores in by_guide)


def test_design_from_fasta_and_from_an_index_agree(
    crackling: Command, genome: str, index: str, sample: Path
) -> None:
    gene = sample / "cI.fa"
    assert crackling("design", gene, "--genome", genome) == crackling("design", gene, "--genome", index)


def test_design_reads_a_region_of_the_genome(
    crackling: Command, genome: str, sample: Path, tmp_path: Path
) -> None:
    bases = "".join((sample / "lambda_phage.fa").read_text().splitlines()[1:])
    genes = tmp_path / "genes.gff"
    genes.write_text("NC_001416.1\t.\tgene\t37227\t37940\t.\t-\t.\tID=g;Name=cI;locus_tag=lambdap88\n")
    pasted = tmp_path / "pasted.fa"
    ways = {
        "LAMBDAP88": ("cI", ("--annotation", genes)),
        "NC_001416.1:37,227-37,940": ("NC_001416.1:37227-37940", ()),
    }
    for asked, (name, more) in ways.items():
        pasted.write_text(f">{name} NC_001416.1:37227-37940\n{bases[37226:37940]}\n")
        for kind in ("csv", "genbank"):
            options = ("--genome", genome, *more, "--format", kind)
            assert crackling("design", "--region", asked, *options) == crackling("design", pasted, *options)


def test_design_takes_several_regions(crackling: Command, genome: str) -> None:
    asked = ("NC_001416.1:37,227-37,940", "NC_001416.1:1-500", "NC_001416.1: 37227\N{EN DASH}37940")
    options = ("--genome", genome, "--format", "tsv")
    together = rows(crackling("design", *(word for one in asked for word in ("--region", one)), *options))
    alone = [row for one in asked[:2] for row in rows(crackling("design", "--region", one, *options))]
    assert len({row["contig"] for row in together}) == 2
    assert [row["guide"] for row in together] == [row["guide"] for row in alone]
    assert [(row["contig"], row["start"]) for row in together] == [
        (row["contig"], row["start"]) for row in alone
    ]


@pytest.mark.parametrize("name", ["KRAS", "SRY", "myb", "TP53"])
def test_a_gene_that_is_given_as_the_query_gets_the_remedy(crackling: Command, index: str, name: str) -> None:
    assert "--region" in crackling("design", name, "--genome", index, code=2)


def test_design_says_what_is_wrong_with_a_region(crackling: Command, genome: str, index: str) -> None:
    for asked, where, says in [
        (
            "NC_001416.1:1-100",
            index,
            "is an index, which holds no sequence to read a region from; give the FASTA",
        ),
        ("cI", genome, "no annotation to find a gene in"),
        ("NC_001416.1:1-48503", genome, "the contig has 48,502 bases"),
        ("NC_001416.1:5-4", "no-such.fa", "counted from 1"),
    ]:
        assert says in crackling("design", "--region", asked, "--genome", where, code=2)
    assert "not allowed with" in crackling("design", GUIDE, "--region", "cI", "--genome", genome, code=2)


def test_design_takes_a_bare_sequence_and_formats(crackling: Command, index: str, tmp_path: Path) -> None:
    sequence = GUIDE + "AGG"
    assert crackling("design", sequence, "--genome", index).splitlines()[1].startswith("1,query,0,23,+,")
    table = crackling("design", sequence, "--genome", index, "--format", "table")
    assert f"{GUIDE} AGG" in table
    assert "1 guides" in table
    crackling("design", sequence, "--genome", index, "-o", tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())[0]["guide"] == GUIDE
    assert crackling("design", sequence, "--genome", index, "--format", "gff3").startswith(
        "##gff-version 3\n"
    )


def test_the_file_name_chooses_the_format(
    crackling: Command, index: str, sample: Path, tmp_path: Path
) -> None:
    for name, starts in {
        "a.xlsx": b"PK",
        "a.gb": b"LOCUS ",
        "a.fa": b">guide_1 ",
        "a.htm": b"<!doctype",
    }.items():
        crackling("design", sample / "cI.fa", "--genome", index, "-o", tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(starts)


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".zst"])
def test_the_file_name_says_how_the_file_is_compressed(
    crackling: Command, index: str, tmp_path: Path, ending: str
) -> None:
    query, out = GUIDE + "AGG", tmp_path / f"out.tsv{ending}"
    crackling("design", query, "--genome", index, "-o", out)
    first = out.read_bytes()
    with out.open("rb") as stream, plain(stream, "out") as content:
        assert content.read().decode() == crackling("design", query, "--genome", index, "--format", "tsv")
    crackling("design", query, "--genome", index, "-o", out)
    assert out.read_bytes() == first


@pytest.mark.parametrize("name", ["out.gtf", "out.xls", "out.pdf", "out.txt.gz", "out.2"])
def test_a_file_name_that_names_no_format_is_refused(
    crackling: Command, index: str, tmp_path: Path, name: str
) -> None:
    out = tmp_path / name
    said = crackling("design", GUIDE + "AGG", "--genome", index, "-o", out, code=2)
    assert "no format has the ending" in said
    assert "end the name with one of .csv, .tsv, .json" in said
    assert not out.exists()
    crackling("design", GUIDE + "AGG", "--genome", index, "--format", "csv", "-o", out)
    assert out.exists()


def test_results_name_the_genome_by_its_file(crackling: Command, index: str, tmp_path: Path) -> None:
    query = GUIDE + "AGG"
    assert "against lambda by" in crackling("design", query, "--genome", index, "--format", "genbank")


def test_a_terminal_is_spared_what_it_cannot_show(
    crackling: Command, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crackling.cli.design.sys.stdout.isatty", lambda: True)
    with pytest.raises(SystemExit) as exit_:
        main(["design", GUIDE + "AGG", "--genome", index, "--format", "xlsx"])
    assert exit_.value.code == 2


GENE = "NC_001416.1\t.\tgene\t{}\t{}\t.\t+\t.\tID=g1;Name=geneX\n"


def test_a_table_cuts_nothing(crackling: Command, index: str, tmp_path: Path) -> None:
    names = ["a" * 200, "b" * 200]
    query = tmp_path / "query.fa"
    query.write_text("".join(f">{name}\n{GUIDE}AGG\n" for name in names))
    table = crackling("design", query, "--genome", index, "--format", "table")
    assert all(f"{name}:1-23" in table for name in names)


def test_an_annotation_tells_the_gene_of_guides_and_off_targets(
    crackling: Command, index: str, sample: Path, tmp_path: Path
) -> None:
    """The annotation has a gene of one base, inside one of the guides."""
    designed = csv.DictReader(io.StringIO(crackling("design", sample / "cI.fa", "--genome", index)))
    guide = next(designed)["guide"]
    first = int(rows(crackling("offtargets", index, guide, "-k", 0))[0]["start"]) + 1
    genes = tmp_path / "genes.gff"
    genes.write_text(GENE.format(first, first))
    listed = rows(crackling("offtargets", index, guide, "-k", 0, "--annotation", genes))
    assert [(row["gene"], row["feature"]) for row in listed] == [("geneX", "exon")]
    text = crackling("design", sample / "cI.fa", "--genome", index, "--annotation", genes)
    found = {row["guide"]: (row["gene"], row["feature"]) for row in csv.DictReader(io.StringIO(text))}
    assert found.pop(guide) == ("geneX", "exon")
    assert ("", "intergenic") in found.values()


def test_an_annotation_of_another_genome_is_refused(
    crackling: Command, index: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    genes = tmp_path / "genes.gff"
    genes.write_text(GENE.format(1, 9).replace("NC_001416.1", "chr1"))
    with pytest.raises(SystemExit) as exit_:
        main(["offtargets", index, GUIDE, "--annotation", str(genes)])
    assert exit_.value.code == 2
    assert "names none of the genome's contigs (it has 'chr1', for example)" in capsys.readouterr().err


def test_own_guides_get_the_row_of_the_same_guide_of_a_query(
    crackling: Command, index: str, sample: Path, tmp_path: Path
) -> None:
    """Except for the location, both rows have the same figures."""
    designed = list(csv.DictReader(io.StringIO(crackling("design", sample / "cI.fa", "--genome", index))))
    guides = tmp_path / "guides.txt"
    guides.write_text("".join(f">{row['id']}\n{row['guide'].lower()} {row['pam']}\n" for row in designed))
    scored = list(csv.DictReader(io.StringIO(crackling("design", "--guides", guides, "--genome", index))))
    location = {"contig", "start", "end", "strand"}
    assert [{k: v for k, v in row.items() if k not in location} for row in scored] == [
        {k: v for k, v in row.items() if k not in location} for row in designed
    ]
    assert [(row["contig"], row["start"]) for row in scored[:2]] == [("guides", "1"), ("guides", "2")]


def test_own_guides_may_lack_their_pam(crackling: Command, index: str, tmp_path: Path) -> None:
    guides = tmp_path / "guides.txt"
    guides.write_text(f"{GUIDE}\n{GUIDE.replace('T', 'U')}AAG\n{GUIDE}\n")
    rows = list(csv.DictReader(io.StringIO(crackling("design", "--guides", guides, "--genome", index))))
    assert [row["pam"] for row in rows] == ["NGG", "AAG", "NGG"]
    assert ["NAG PAM" in row["warnings"] for row in rows] == [False, True, False]
    assert [row["unique"] for row in rows] == ["0", "1", "0"]


def test_guides_and_a_query_exclude_each_other(crackling: Command, index: str) -> None:
    crackling("design", GUIDE, "--guides", "-", "--genome", index, code=2)
    crackling("design", "--genome", index, code=2)


def test_consensus_and_all_folds_are_heeded(crackling: Command, index: str, sample: Path) -> None:
    strict, plain = (
        json.loads(
            crackling("design", sample / "cI.fa", "--genome", index, "--format", "json", "--consensus", n)
        )
        for n in (3, 2)
    )
    assert 0 < sum(row["efficient"] for row in strict) < sum(row["efficient"] for row in plain)
    every = json.loads(
        crackling("design", sample / "cI.fa", "--genome", index, "--format", "json", "--all-folds")
    )
    assert all(row["structure"] for row in every)
    assert not all(row["structure"] for row in plain)


def test_inspect(crackling: Command, index: str) -> None:
    told = json.loads(crackling("inspect", index, "--json"))
    assert told["contig_list"] == [{"name": "NC_001416.1", "bases": 48502}]
    assert "48,502" in crackling("inspect", index)


def test_a_genome_without_sites_is_an_answer(crackling: Command, tmp_path: Path) -> None:
    fasta, index = tmp_path / "a.fa", tmp_path / "a.issl"
    fasta.write_text(">a\n" + "AT" * 100)
    assert json.loads(crackling("index", fasta, "-o", index, "--json"))["sites"] == 0
    guides = tmp_path / "g"
    guides.write_text(GUIDE)
    assert rows(crackling("score", index, guides))[0] == {
        "guide": GUIDE, "mit": "100.000000", "cfd": "100.000000", "mm0": "0", "mm1": "0", "mm2": "0", "mm3": "0", "mm4": "0",
    }  # fmt: skip
    assert rows(crackling("offtargets", index, GUIDE)) == []


def random_bases(n: int) -> bytes:
    return bytes(random.Random(1).choices(b"ACGT", k=n))


BAD = {
    "not FASTA": (b"hello\n", "not FASTA"),
    "protein": (b">p\nMKVLAAGIEF\n", "letter 4: 'L' is no nucleotide"),
    "binary": (bytes(range(256)), "not"),
    "empty": (b"", "holds no sequence"),
    "truncated gz": (None, "ends too early"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_genomes_leave_nothing_behind(crackling: Command, tmp_path: Path, kind: str) -> None:
    content, message = BAD[kind]
    fasta = tmp_path / "bad.fa"
    fasta.write_bytes(gzip.compress(b">a\n" + random_bases(99_999))[:-200] if content is None else content)
    for arguments in (["index", fasta, "-o", tmp_path / "out.issl"], ["design", GUIDE, "--genome", fasta]):
        told = crackling(*arguments, code=2)
        assert message in told
        assert str(fasta) in told
        assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == [fasta]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["score", "INDEX", "missing.txt"], "missing.txt: no such file"),
        (["score", "INDEX", "GUIDES", "-k", 7], "k = 7"),
        (["score", "INDEX", "GUIDES", "-k", -1], "k = -1"),
        (["offtargets", "INDEX", "ACGT"], "guide 1: 'ACGT' (4 letters) is no guide"),
        (["offtargets", "INDEX", "A" * 23], "is no guide"),  # the last three are no PAM
        (["score", "INDEX", "WRONG"], "WRONG, line 2: 'ACGTN' (5 letters)".replace("WRONG, ", "")),
        (["inspect", "."], ".: is a folder"),
        (["inspect", "GUIDES"], "is no Crackling index"),
        (["design", "missing.fa", "--genome", "INDEX"], "missing.fa: no such file, and no DNA"),
        (["design", "", "--genome", "INDEX"], "is empty"),
        (["design", "TWINS", "--genome", "INDEX"], "twins: sequences 1 and 2 are both named 'a'"),
        (
            ["design", GUIDE, "--genome", "INDEX", "-o", "nowhere/out.csv"],
            "nowhere/out.csv: cannot be written",
        ),
        (["design", GUIDE, "--genome", "nowhere.fa"], "nowhere.fa: no such file"),
        (["design", "--guides", "", "--genome", "INDEX"], ".: is a folder"),
        (["index", "GUIDES", "-o", "/dev/null"], "/dev/null: is a device or a pipe"),
    ],
)
def test_bad_arguments_get_one_clear_line(
    crackling: Command,
    index: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[object],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "guides").write_text(GUIDE)
    (tmp_path / "wrong").write_text(f"{GUIDE}\nACGTN\n")
    (tmp_path / "twins").write_text(">a 1\nACGT\n>a 2\nACGT\n")
    names = {"INDEX": index, "GUIDES": "guides", "WRONG": "wrong", "TWINS": "twins"}
    told = crackling(*(names.get(str(argument), argument) for argument in arguments), code=2)
    assert message in told
    assert told.startswith("crackling: error: ")
    assert told.count("\n") == 1


@pytest.mark.parametrize("option", [["--threads", "0"], ["--consensus", "4"], ["--format", "xml"]])
def test_bad_options_are_usage_errors(crackling: Command, index: str, option: list[str]) -> None:
    assert "usage:" in crackling("design", GUIDE, "--genome", index, *option, code=2)


@pytest.mark.parametrize("command", ["index", "score", "offtargets", "design", "inspect"])
def test_help_has_an_example(crackling: Command, command: str) -> None:
    assert f"example:\n  crackling {command} " in crackling(command, "--help")


def program(*arguments: object, **options: Any) -> subprocess.Popen[Any]:
    return subprocess.Popen(
        [sys.executable, "-m", "crackling", *map(str, arguments)], stderr=subprocess.PIPE, **options
    )


def test_a_closed_pipe_is_no_error(index: str, tmp_path: Path) -> None:
    guides = tmp_path / "guides"
    guides.write_text(f"{GUIDE}\n" * 50_000)
    process = program("score", index, guides, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0


def test_an_output_without_room_gets_one_clear_line(index: str, tmp_path: Path) -> None:
    """The rows fit into the buffer, so they are written only when the program ends."""
    full = "cannot be written (No space left on device)"
    for arguments in (["offtargets", index, GUIDE], ["design", GUIDE, "--genome", index, "--format", "csv"]):
        with Path("/dev/full").open("wb") as stdout:
            process = program(*arguments, stdout=stdout)
            _, told = process.communicate(timeout=60)
        assert told.decode().startswith(f"crackling: error: standard output: {full}")
        assert told.count(b"\n") == 1
        assert process.returncode == 2


@pytest.mark.parametrize(("redirected", "name"), [("<&-", "input"), (">&-", "output")])
def test_a_closed_stream_gets_one_clear_line(index: str, redirected: str, name: str) -> None:
    command = f'"$0" -m crackling score "$1" - {redirected}'
    ended = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable, index],
        input=GUIDE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr.startswith(f"crackling: error: standard {name}: is closed")
    assert ended.stderr.count("\n") == 1
    assert ended.returncode == 2


def test_a_pipe_and_a_link_stay_what_they_are(crackling: Command, index: str, tmp_path: Path) -> None:
    """As in `-o >(gzip > guides.csv.gz)`; a dash is standard output."""
    printed = crackling("design", GUIDE, "--genome", index, "-o", "-")
    assert printed.startswith("id,contig,")
    pipe, link, target = tmp_path / "pipe", tmp_path / "link.csv", tmp_path / "target.csv"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    crackling("design", GUIDE, "--genome", index, "-o", pipe)
    assert os.read(reader, 1 << 16).decode() == printed
    os.close(reader)
    link.symlink_to(target)
    crackling("design", GUIDE, "--genome", index, "-o", link)
    assert link.is_symlink()
    assert target.read_text() == printed
    assert pipe.is_fifo()


@pytest.mark.parametrize(("signal_", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_leaves_nothing_half_written(tmp_path: Path, signal_: signal.Signals, code: int) -> None:
    """The genome comes through a pipe that stays open, so the build is under way when the signal arrives."""
    # A background job of a shell ignores Ctrl-C, and so would its children.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = program("index", "-", "-o", tmp_path / "out.issl", stdin=subprocess.PIPE, preexec_fn=heed)
    assert process.stdin
    assert process.stderr
    process.stdin.write(b">a\n" + b"ACGGTTCAGG" * 5000)
    process.stdin.flush()
    deadline = time.monotonic() + 30
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(tmp_path.iterdir())
    time.sleep(0.1)
    process.send_signal(signal_)
    assert process.wait(30) == code
    assert process.stderr.read() == b""
    assert list(tmp_path.iterdir()) == []


def test_streams_carry_data_alone(sample: Path, tmp_path: Path) -> None:
    """FASTA comes through one pipe and rows leave through another, without a progress bar or colours."""
    fasta = (sample / "lambda_phage.fa").read_bytes()
    process = program(
        "index", "-", "-o", tmp_path / "a.issl", "--json", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    out, err = process.communicate(fasta, 60)
    assert json.loads(out)["bases"] == 48502
    assert err == b""


def test_shards_answer_as_one_index(
    crackling: Command, genome: str, index: str, sample: Path, tmp_path: Path
) -> None:
    split = tmp_path / "split.issl"
    summary = json.loads(crackling("index", genome, "-o", split, "--shard-bases", 10_000, "--json"))
    assert [name.removeprefix(f"{tmp_path}/") for name in summary["files"]] == [
        f"split.{number}-of-5.issl" for number in range(1, 6)
    ]
    assert not split.exists()
    guides = tmp_path / "guides"
    guides.write_text(GUIDE)
    for arguments in (
        ["score", "INDEX", guides],
        ["offtargets", "INDEX", GUIDE, "-k", 5],
        ["design", sample / "cI.fa", "--genome", "INDEX"],
    ):
        one, many = (
            crackling(*(path if word == "INDEX" else word for word in arguments)) for path in (index, split)
        )
        assert many == one
    told = json.loads(crackling("inspect", summary["files"][3], "--json"))
    assert (told["shards"], told["bases"]) == (5, 48502)
    assert told["contig_list"] == [{"name": "NC_001416.1", "bases": 48502}]
