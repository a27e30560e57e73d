"""Test offline that this machine prepares genomes correctly: compare a tiny genome with known scores.

The genome is made up here: random letters with one guide planted in it, exactly and with mismatches. The known
scores are those of the textbook search in the kernel's tests.
"""

from __future__ import annotations

import gzip
import logging
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crackling.specificity import Index, Specificity, build_index
from crackling_aws.preparation.download import copy_fasta
from crackling_worker.logs import LOGGER

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE: Final = "GACGCATAAAGATGAGACGC"
KNOWN: Final = Specificity(mit=30.9151, cfd=96.9036, counts=(2, 2, 2, 2, 2))
# Copies of the guide with the bases at some positions changed, and the PAM of each.
_PLANTED: Final = (((), "TGG"), ((3,), "AGG"), ((0, 19), "CAG"), ((5, 6, 7), "GGG"), ((1, 4, 8, 12), "TAG"))
_LETTERS: Final = 20_000

logger = logging.getLogger(LOGGER)


def tiny_genome() -> str:
    """Return FASTA of two contigs; the same at every call."""
    source = random.Random(20)
    return "".join(f">contig_{number}\n{_contig(source)}\n" for number in (1, 2))


def _contig(source: random.Random) -> str:
    pieces = []
    for changed, pam in _PLANTED:
        pieces += source.choices("ACGT", k=_LETTERS // len(_PLANTED))
        pieces += [_other(base) if at in changed else base for at, base in enumerate(GUIDE)]
        pieces += pam
    return "".join(pieces)


def _other(base: str) -> str:
    return base.translate(str.maketrans("ACGT", "CGTA"))


def self_test() -> int:
    """Prepare the tiny genome; return 0 if the results are correct, else 1, with the reasons in the log."""
    with tempfile.TemporaryDirectory() as folder:
        wrong = list(_findings(Path(folder)))
    for finding in wrong:
        logger.error("Self-test: %s", finding)
    logger.info("Self-test %s", "failed" if wrong else "passed")
    return 1 if wrong else 0


def _findings(folder: Path) -> Iterator[str]:
    source, fasta, index = (folder / name for name in ("source.fa.gz", "genome.fa.gz", "genome.issl"))
    source.write_bytes(gzip.compress(tiny_genome().encode()))
    try:
        with source.open("rb") as stream, fasta.open("wb") as out:
            copy_fasta(stream, out, "self-test")
        build_index([fasta], index)
        with Index.open(index) as opened:
            (exact,) = opened.score([GUIDE])
        found = Specificity(round(exact.mit, 4), round(exact.cfd, 4), exact.counts)
        if found != KNOWN:
            yield f"the guide's scores are {found}, not {KNOWN}"
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is a finding
        yield f"{type(error).__name__}: {error}"
