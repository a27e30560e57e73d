from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crackling_lambdas.jobs.scanning import chunks, query_sites

SEQUENCES = st.text("ACGTN", max_size=200).map(lambda text: text or "A")


@given(SEQUENCES, st.integers(1, 7))
def test_chunks_hold_every_site_once_in_order(sequence: str, size: int) -> None:
    sites = query_sites(sequence)
    cut = list(chunks("j", sites, size))
    assert [site for chunk in cut for site in chunk.sites] == sites
    assert [chunk.number for chunk in cut] == list(range(len(cut)))
    assert [chunk.first for chunk in cut] == [1 + size * number for number in range(len(cut))]
    assert all(len(chunk.sites) == size for chunk in cut[:-1])


def test_a_site_is_repeated_if_its_23_nt_are() -> None:
    site, other = "ACGATCGATACGATCATGACTGG", "ACGATCGATACGATCATGACAGG"
    found = query_sites(f">a\n{site}\n>b\n{site}\n>c\n{other}\n")
    assert [query.repeated for query in found if query.site.strand == "+"] == [True, True, False]
