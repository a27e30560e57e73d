"""Parse lists of guides as people paste them: what can be read is read, and all else gets a remedy that helps."""

from __future__ import annotations

import pytest

from crackling.errors import InputError
from crackling.guides.guide_list import parse_guide, parse_guides

GUIDE = "TAACGGATCTGCGACTGTGT"


@pytest.mark.parametrize(
    ("text", "pam"),
    [
        (GUIDE, "NGG"),
        (GUIDE + "NGG", "NGG"),
        (GUIDE.lower() + " ngg", "NGG"),
        (GUIDE + "\tCGG", "CGG"),
        (GUIDE.replace("T", "U") + " AAG", "AAG"),
    ],
)
def test_a_guide_is_read_with_its_pam(text: str, pam: str) -> None:
    site = parse_guide(text, "guide 1")
    assert (site.guide, site.pam) == (GUIDE, pam)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (f"thrA_1\t{GUIDE}", "give the guide alone, without a name, a number or other columns"),
        (f"thrA_1,{GUIDE}NGG", "give the guide alone"),
        (f"1. {GUIDE}", "give the guide alone"),
        (f"{GUIDE}\t{GUIDE}", "give the guide alone"),
        (GUIDE.replace("GGAT", "GRAT"), "give one base for each letter that stands for several"),
        (GUIDE + "NAG", "give one base for each letter"),
        ("Guide", "give 20 letters of A, C, G, T, or 23 with the PAM"),
        (GUIDE[1:], "give 20 letters"),
        (GUIDE + "ATT", "give 20 letters"),
    ],
)
def test_what_is_no_guide_gets_the_remedy_that_helps(text: str, remedy: str) -> None:
    with pytest.raises(InputError, match=rf"^mine, line 2: .* is no guide; {remedy}"):
        parse_guides([GUIDE, text], "mine")
