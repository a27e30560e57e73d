"""Sequences as users have them: FASTA files (plain or compressed), streams, pasted text.

Soft-masked (lower case) letters count as sequence. Letters of the IUPAC nucleotide alphabet other than A, C, G, T and U are
kept, and no site contains them. White space inside a sequence is dropped. Anything else is an error that says where it stands.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import dnaio
from isal import isal_zlib
from xopen import xopen

from crackling.errors import InputError, StorageError
from crackling.files import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

AMBIGUOUS = "NRYSWKMBDHV-"
LETTERS = frozenset("ACGTU" + AMBIGUOUS)
_UPPER = str.maketrans("Uu", "TT")
_COMPLEMENT = str.maketrans("ACGT", "TGCA")


@dataclass(frozen=True, slots=True)
class Contig:
    """One record of a FASTA file: the first word of its header, and its letters as they stand there."""

    name: str
    sequence: str


def reverse_complement(sequence: str) -> str:
    """Of upper-case DNA; letters other than A, C, G, T stay as they are."""
    return sequence.translate(_COMPLEMENT)[::-1]


def bad_letter(label: str, contig: str, position: int, letter: str) -> InputError:
    """The error for a letter that is no nucleotide; `position` is 0-based, the message counts from 1."""
    return InputError(
        f"{label}: contig {contig!r}, letter {position + 1}: {letter!r} is no nucleotide; "
        "give DNA (A, C, G, T, N and the other IUPAC codes)"
    )


def normalise(contig: Contig, label: str) -> Contig:
    """The contig in upper case, without white space, U read as T.

    Raises:
        InputError: a letter is no nucleotide.
    """
    sequence = "".join(contig.sequence.split()).translate(_UPPER).upper()
    if not LETTERS.issuperset(sequence):
        position = next(i for i, letter in enumerate(sequence) if letter not in LETTERS)
        raise bad_letter(label, contig.name, position, sequence[position])
    return Contig(contig.name, sequence)


def read_fasta(source: Path | BinaryIO, label: str | None = None) -> Iterator[Contig]:
    """Read the contigs of a FASTA file or stream (plain, gz, bz2, xz or zst), one at a time.

    Args:
        source: a path, or a binary stream that is left open.
        label: what messages call it; default: the path.

    Raises:
        InputError: empty, not FASTA, or the compressed data is cut or damaged.
        StorageError: the path cannot be read.
    """
    if isinstance(source, Path):
        with readable(source) as stream:
            yield from _contigs(stream, label or str(source))
    else:
        yield from _contigs(source, label or "the stream")


def _contigs(stream: BinaryIO, label: str) -> Iterator[Contig]:
    number = 0
    try:
        with xopen(stream, "rb", threads=0) as plain, dnaio.open(plain, fileformat="fasta") as reader:
            for number, record in enumerate(reader, start=1):
                words = record.name.split(maxsplit=1)
                yield Contig(words[0] if words else f"contig_{number}", record.sequence or "")
    except dnaio.FileFormatError as error:
        raise InputError(
            f"{label}: not FASTA ({' '.join(str(error).split())}); a record begins with '>'"
        ) from None
    except (UnicodeDecodeError, dnaio.UnknownFileFormat):
        raise InputError(f"{label}: not FASTA (not text); give a FASTA file, plain or gz") from None
    except EOFError:
        raise InputError(f"{label}: the compressed data ends too early; fetch the file again") from None
    except (isal_zlib.error, zlib.error, OSError) as error:  # type: ignore[misc]  # the stub declares an instance
        if isinstance(error, OSError) and error.errno is not None:
            raise StorageError(f"{label}: cannot be read ({error.strerror}); check the file") from None
        raise InputError(f"{label}: the compressed data is damaged; fetch the file again") from None
    if number == 0:
        raise InputError(f"{label}: holds no sequence; give a FASTA file with at least one record")


def parse_query(text: str, label: str = "the query", name: str = "query") -> list[Contig]:
    """Contigs of a text that is FASTA or a bare sequence (named `name`), normalised.

    Raises:
        InputError: empty, not DNA, or malformed FASTA.
    """
    if not text.strip():
        raise InputError(f"{label}: is empty; give a DNA sequence or FASTA")
    if not text.lstrip().startswith(">"):
        return [normalise(Contig(name, text), label)]
    stream = io.BytesIO(text.lstrip().encode("utf-8", "replace"))
    return [normalise(contig, label) for contig in read_fasta(stream, label)]
