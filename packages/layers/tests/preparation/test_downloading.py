from __future__ import annotations

import gzip
import io

import pytest

from crackling.errors import InputError
from crackling_preparation.downloading import Counts, copy_fasta

FASTA = b">chr1 the first\nACGTNacgtn\nRYK\n\n>chr2\n" + b"ACGTA" * 40 + b"\n"
COPY = ">chr1\nACGTNACGTNRYK\n>chr2\n" + "ACGTA" * 16 + "\n" + "ACGTA" * 16 + "\n" + "ACGTA" * 8 + "\n"


def copied(source: bytes) -> tuple[Counts, bytes]:
    out = io.BytesIO()
    return copy_fasta(io.BytesIO(source), out, "mine"), out.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda text: text.replace(b"\n", b"\r\n")])
def test_a_genome_is_copied_alike_from_plain_and_packed(pack):
    counts, packed = copied(pack(FASTA))
    assert gzip.decompress(packed).decode() == COPY
    assert counts == Counts(contigs=2, bases=213, names=frozenset({"chr1", "chr2"}))
    assert packed == copied(FASTA)[1]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"", "holds no sequence"),
        (b">a\n>b\n", "only headers"),
        (b">p\nMKLV\n", "letter 3: 'L' is no nucleotide"),
        (b"hello\n", "not FASTA"),
        (b"\x00\x01\x02", "not FASTA"),
        (gzip.compress(FASTA)[:60], "mine: "),
    ],
)
def test_what_is_no_genome_is_refused_with_the_reason(source, says):
    with pytest.raises(InputError, match="mine") as error:
        copied(source)
    assert says in str(error.value)
