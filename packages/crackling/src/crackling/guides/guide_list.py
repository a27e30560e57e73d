"""Parse guides that a user lists: one on each line, with or without the PAM."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TextIO

from crackling.errors import InputError
from crackling.guides.sites import GUIDE_NT, SITE_NT, Site
from crackling.sequences.fasta import AMBIGUOUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CONTIG = "guides"  # the contig of guides from a list, which are on no sequence
ASSUMED_PAM = "NGG"
_GUIDE = re.compile(rf"([ACGT]{{{GUIDE_NT}}})([ACGT][AG]G|{ASSUMED_PAM})?")
_AMBIGUOUS = re.compile(rf"[ACGTU{AMBIGUOUS}]+")
_PLAIN = re.compile("[ACGTU]+")
_NAMED_GUIDE = re.compile(rf"(?<![A-Z])[ACGTU]{{{GUIDE_NT}}}(?:[ACGTU][AG]G|{ASSUMED_PAM})?(?![A-Z])")
_LINE = 100_000  # letters, of a FASTA header for example
_REMEDY = "give 20 letters of A, C, G, T, or 23 with the PAM (NGG or NAG)"


def parse_guide(text: str, label: str, number: int = 1) -> Site:
    """Return the site of a guide given with or without its PAM, in any case; U reads as T.

    It stands at `number` on the contig "guides"; where the PAM is not given, or as NGG, it is NGG to the letter.

    Raises:
        InputError: of another length or alphabet; messages call it `label`.
    """
    letters = "".join(text.split())
    match = _GUIDE.fullmatch(letters.upper().replace("U", "T"))
    if not match:
        raise InputError(f"{label}: {letters[:40]!r} ({len(letters)} letters) is no guide; {_remedy(text)}")
    return Site(CONTIG, number, number + SITE_NT, "+", match[1], match[2] or ASSUMED_PAM)


def _remedy(text: str) -> str:
    """Return what helps: lists of guides come with names, numbers and headings, and with letters for several bases."""
    if _NAMED_GUIDE.search(text.upper()):
        return "give the guide alone, without a name, a number or other columns"
    letters = "".join(text.split()).upper()
    if (
        len(letters) in (GUIDE_NT, SITE_NT)
        and _AMBIGUOUS.fullmatch(letters)
        and not _PLAIN.fullmatch(letters)
    ):
        return "give one base for each letter that stands for several"
    return _REMEDY


def read_guide_lines(stream: TextIO) -> Iterator[str]:
    """Yield the lines of a file. The rest of a line beyond the limit is yielded as a line of its own, which is not a guide."""
    while line := stream.readline(_LINE):
        yield line


def parse_guides(lines: Iterable[str], label: str) -> list[Site]:
    """Parse guides, one on each line; blank lines and FASTA headers are skipped.

    Raises:
        InputError: a line is no guide, or there is none at all.
    """
    sites: list[Site] = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith(">"):
            sites.append(parse_guide(line, f"{label}, line {number}", len(sites) + 1))
    if not sites:
        raise InputError(f"{label}: holds no guides; {_REMEDY}, one a line")
    return sites
