"""Read sequences from FASTA files (plain or compressed), streams and pasted text.

Soft-masked (lower case) letters count as sequence. Letters of the IUPAC nucleotide alphabet other than A, C, G, T and U are
kept, and no site contains them. White space inside a sequence is dropped. Anything else is an error that names its position.
"""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from crackling.errors import InputError
from crackling.sequences.compressed import plain
from crackling.sequences.files import open_for_reading
from crackling.sequences.lines import NOT_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AMBIGUOUS = "NRYSWKMBDHV-"
LETTERS = frozenset("ACGTU" + AMBIGUOUS)
# str.upper() would turn other letters into letters of the alphabet: a sharp s becomes SS.
_UPPER = str.maketrans("".join(LETTERS).lower() + "U", "".join(LETTERS).replace("U", "T") + "T")
_PLAIN = frozenset("ACGTUN")
_LONGEST_NAME = 22  # letters: fewer than a guide with its PAM has
LINE = 80  # letters in each line of written FASTA
MAX_HEADER_LETTERS = 100_000
_BLOCK = 1 << 20  # bytes that are read at once
_LONG_LINE = 1 << 20  # bytes of a line from which on it is yielded in pieces
_COMPLEMENT = str.maketrans("ACGT", "TGCA")


@dataclass(frozen=True, slots=True)
class Contig:
    """One record of a FASTA file: the first word of its header, and its letters as they stand there."""

    name: str
    sequence: str


def reverse_complement(sequence: str) -> str:
    """Return the reverse complement of upper-case DNA; letters other than A, C, G, T stay as they are."""
    return sequence.translate(_COMPLEMENT)[::-1]


def bad_letter(label: str, contig: str, position: int, letter: str) -> InputError:
    """Return the error for a letter that is no nucleotide; `position` is 0-based, the message counts from 1."""
    remedy = "give DNA (A, C, G, T, N and the other IUPAC codes)"
    if letter in "[/]":
        remedy = "write one of the variants, or the IUPAC code of both (R for [A/G])"
    return InputError(
        f"{label}: contig {contig!r}, letter {position + 1}: {letter!r} is no nucleotide; {remedy}"
    )


def normalise(contig: Contig, label: str, before: int = 0) -> Contig:
    """Return a contig in upper case, without white space, with U read as T.

    If it is the rest of a contig, `before` letters came before it, and messages count them.

    Raises:
        InputError: a letter is no nucleotide.
    """
    sequence = "".join(contig.sequence.split()).translate(_UPPER)
    if not LETTERS.issuperset(sequence):
        position = next(i for i, letter in enumerate(sequence) if letter not in LETTERS)
        raise bad_letter(label, contig.name, before + position, sequence[position])
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
    return (Contig(name, "".join(parts)) for name, parts in read_parts(source, label))


def read_parts(source: Path | BinaryIO, label: str | None = None) -> Iterator[tuple[str, list[str]]]:
    """Read a genome as read_fasta() does, but yield each contig's sequence in parts that are not joined."""
    if isinstance(source, Path):
        with open_for_reading(source) as stream:
            yield from _contigs(stream, label or str(source))
    else:
        yield from _contigs(source, label or "the stream")


def read_pieces(source: BinaryIO, label: str, max_bytes: int | None = None) -> Iterator[tuple[str, str]]:
    """Read as read_fasta() does in bounded memory: yield each contig's name with '', then with each piece.

    Raises:
        InputError: as read_fasta(), or the text has more than `max_bytes`.
    """
    number = 0
    with plain(source, label) as lines:
        for name, piece in _records(_lines(_blocks(lines, label, max_bytes)), label):
            number += not piece
            yield name or f"contig_{number}", piece
    if number == 0:
        raise InputError(f"{label}: holds no sequence; give a FASTA file with at least one record")


def _contigs(stream: BinaryIO, label: str) -> Iterator[tuple[str, list[str]]]:
    found: tuple[str, list[str]] | None = None
    for name, piece in read_pieces(stream, label):
        if found is None or not piece:
            if found is not None:
                yield found
            found = name, []
        else:
            found[1].append(piece)
    if found is not None:
        yield found


def _records(lines: Iterable[tuple[str, bool]], label: str) -> Iterator[tuple[str, str]]:
    """Yield the first word of each record's header with '', then with each piece; skip lines that begin with '#'."""
    name: str | None = None
    number = 0
    for line, begins in lines:
        number += begins
        mark = line[:1] if begins else ""
        if mark in (">", "#") and len(line) > MAX_HEADER_LETTERS:
            raise InputError(
                f"{label}: the line that begins with {line[:20]!r} has more than {MAX_HEADER_LETTERS:,} letters; "
                "end each header's line before its sequence"
            )
        if mark == ">":
            name = next(iter(line[1:].split(maxsplit=1)), "")
            yield name, ""
        elif line and mark != "#":
            if name is None:
                raise InputError(f"{label}: not FASTA ({_describe(number, line)}); a record begins with '>'")
            yield name, line


def _describe(number: int, line: str) -> str:
    """Say what a line is if it has another encoding or a program's own format, which its letters do not tell."""
    if "\ufffd" in line or "\0" in line:
        return NOT_TEXT
    return f"line {number} is {line[:20]!r}"


def _blocks(stream: BinaryIO, label: str, max_bytes: int | None) -> Iterator[bytes]:
    read = 0
    while block := stream.read(_BLOCK):
        read += len(block)
        if max_bytes is not None and read > max_bytes:
            raise InputError(
                f"{label}: has more than {max_bytes:,} bytes of text; remove what is no sequence"
            )
        yield block


def _lines(blocks: Iterable[bytes]) -> Iterator[tuple[str, bool]]:
    """Yield the lines of a text, stripped, and whether a line begins there: a long one is yielded in pieces.

    After a header, lines that are only letters are joined, many at once. Lines end with LF, CR LF or CR. Headers may have any
    letters. Bytes that are not UTF-8 become U+FFFD: a header's name may have it, a sequence may not.
    """
    held = b""  # what follows the last line end; its line goes on in the next block, or a LF follows its CR
    begins, is_first, has_header = True, True, False
    for block in blocks:
        held += block
        if is_first:
            if len(held) < len(codecs.BOM_UTF8):
                continue
            held, is_first = held.removeprefix(codecs.BOM_UTF8), False
        # The last byte may be a CR whose LF follows.
        end = max(held.rfind(b"\n"), held.rfind(b"\r", 0, len(held) - 1)) + 1
        if end:
            for line in _whole_lines(held[:end], begins, has_header):
                has_header = has_header or line[0].startswith(">")
                yield line
            held, begins = held[end:], True
        elif len(held) > _LONG_LINE:  # such as a genome in one line
            cut = len(held) - held.endswith(b"\r")
            yield held[:cut].decode("utf-8", "replace").strip(), begins
            held, begins = held[cut:], False
    yield from _whole_lines(held.removeprefix(codecs.BOM_UTF8 if is_first else b""), begins, has_header)


def _whole_lines(block: bytes, begins: bool, has_header: bool) -> Iterator[tuple[str, bool]]:
    """Yield lines from bytes that end where a line does; `begins`: whether they also begin where one does."""
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not begins:
        rest, _, block = block.partition(b"\n")
        yield rest.decode("utf-8", "replace").strip(), False
    for section in _sections(block):
        header, rest = _split_header(section)
        has_header = has_header or bool(header)
        letters = rest.replace(b"\n", b"")
        if has_header and not letters:  # a gigabyte of line ends may come from a megabyte of gzip
            if header:
                yield header.decode("utf-8", "replace").strip(), True
        elif has_header and letters.isalpha():
            yield header.decode("utf-8", "replace").strip(), True
            yield letters.decode("ascii"), True
        else:
            yield from ((line.strip(), True) for line in section.decode("utf-8", "replace").split("\n"))


def _sections(block: bytes) -> Iterator[bytes]:
    """Yield whole lines, cut before each header."""
    start = 0
    while start < len(block):
        has_more = (
            block.find(b">", start + 1) > 0
        )  # most blocks of a genome have none, and this check is much faster
        end = block.find(b"\n>", start) + 1 if has_more else 0
        end = end or len(block)
        yield block[start:end]
        start = end


def _split_header(section: bytes) -> tuple[bytes, bytes]:
    if not section.startswith(b">"):
        return b"", section
    header, _, rest = section.partition(b"\n")
    return header, rest


def read_query(source: Path | BinaryIO, label: str) -> list[Contig]:
    """Read the contigs of a query in FASTA, normalised.

    Raises:
        InputError: as read_fasta() and normalise_query().
        StorageError: the path cannot be read.
    """
    return normalise_query(read_fasta(source, label), label)


def normalise_query(contigs: Iterable[Contig], label: str) -> list[Contig]:
    """Normalise the contigs of a query.

    Raises:
        InputError: a letter is no nucleotide; or two contigs have one name, which says where a guide lies.
    """
    normalised = [normalise(contig, label) for contig in contigs]
    seen: dict[str, int] = {}
    for number, contig in enumerate(normalised, start=1):
        if (first := seen.setdefault(contig.name, number)) != number:
            raise InputError(
                f"{label}: sequences {first} and {number} are both named {contig.name!r}; "
                "begin each header with a name of its own, because locations refer to it"
            )
    return normalised


def parse_query(text: str, label: str = "the query", name: str = "query") -> list[Contig]:
    """Parse a text that is FASTA, as read_query() does, or a bare sequence, which is called `name`.

    Raises:
        InputError: empty, or what read_query() refuses.
    """
    text = text.removeprefix("\ufeff")  # a byte order mark, copied from a file
    if not text.strip():
        raise InputError(f"{label}: is empty; give a DNA sequence or FASTA")
    if _may_be_a_name(text.strip()):
        raise InputError(
            f"{label}: {text.strip()!r} is shorter than a guide with its PAM and has letters other than A, C, G and T; "
            "if it is a gene, give it as a region (--region in the command line)"
        )
    if not text.lstrip().startswith(">"):
        return [normalise(Contig(name, text), label)]
    return read_query(io.BytesIO(text.lstrip().encode("utf-8", "replace")), label)


def _may_be_a_name(text: str) -> bool:
    """Return whether a text may be the symbol of a gene: KRAS, SRY and MYB are all letters of the IUPAC alphabet."""
    return len(text) <= _LONGEST_NAME and text.isalnum() and not _PLAIN.issuperset(text.upper())


def as_fasta(contigs: Iterable[Contig]) -> str:
    """Return contigs as FASTA, LINE letters a line."""
    return "".join(
        f">{contig.name}\n"
        + "".join(f"{contig.sequence[at : at + LINE]}\n" for at in range(0, len(contig.sequence), LINE))
        for contig in contigs
    )
