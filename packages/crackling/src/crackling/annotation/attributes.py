"""Read the last column of GFF3 (`tag=value;`) and of GTF (`tag "value";`): what a record is called and belongs to."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

_TAG_OF_GFF3 = re.compile(rb"\s*[^\s=;\"]+=")
_TAG_OF_GTF = re.compile(rb"\s*[^\s=;\"]+\s+[^\s;]")
_PAIR_OF_GTF = re.compile(rb"([^\s=;\"]+)\s+(?:\"([^\"]*)\"|([^\s;\"]+))")
# With what stands before and behind, so that no other attribute has it.
_WHOLE_PARENT = re.compile(rb"(?:^|;)Parent=[^;\s]+;")
_WHOLE_TRANSCRIPT = re.compile(rb"; transcript_id \"[^\"]+\";")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class Dialect(Protocol):
    """A way of writing the attributes of a record."""

    def pairs(self, attributes: bytes) -> dict[bytes, list[bytes]]:
        """Return the values of each tag."""

    def key(self, attributes: bytes, kind: bytes) -> bytes:
        """Return what other records name as their parent, or ''."""

    def group(self, attributes: bytes) -> bytes:
        """Return what stands in the attributes of a part only where it has the same parents, or ''."""

    def parents(self, attributes: bytes, kind: bytes) -> list[bytes]:
        """Return the keys of the records that a record is part of."""


class Gff3:
    """`ID=1;Parent=a,b;Name=c`."""

    def pairs(self, attributes: bytes) -> dict[bytes, list[bytes]]:
        found: dict[bytes, list[bytes]] = {}
        for pair in attributes.split(b";"):
            tag, _, value = pair.partition(b"=")
            found.setdefault(tag.strip(), value.strip().split(b","))
        return found

    def key(self, attributes: bytes, kind: bytes) -> bytes:  # noqa: ARG002 - only GTF needs the kind
        return _value(attributes, b"ID=")

    def group(self, attributes: bytes) -> bytes:
        found = _WHOLE_PARENT.search(attributes)
        return found[0] if found else b""

    def parents(self, attributes: bytes, kind: bytes) -> list[bytes]:  # noqa: ARG002
        return [one for part in _value(attributes, b"Parent=").split(b",") if (one := part.strip())]


class Gtf:
    """`gene_id "1"; transcript_id "2"; gene_name "c";`. A gene and a transcript of it may have the same identifier."""

    def pairs(self, attributes: bytes) -> dict[bytes, list[bytes]]:
        found: dict[bytes, list[bytes]] = {}
        for tag, quoted, bare in _PAIR_OF_GTF.findall(attributes):
            found.setdefault(tag, []).append(quoted or bare)
        return found

    def key(self, attributes: bytes, kind: bytes) -> bytes:
        is_gene = kind == b"gene"
        named = _gtf_value(attributes, b"gene_id" if is_gene else b"transcript_id")
        return (b"gene " if is_gene else b"transcript ") + named if named else b""

    def group(self, attributes: bytes) -> bytes:
        found = _WHOLE_TRANSCRIPT.search(attributes)
        return found[0] if found else b""

    def parents(self, attributes: bytes, kind: bytes) -> list[bytes]:
        if kind == b"gene":
            return []
        if kind != b"transcript" and (transcript := _gtf_value(attributes, b"transcript_id")):
            return [b"transcript " + transcript]
        gene = _gtf_value(attributes, b"gene_id")
        return [b"gene " + gene] if gene else []


def _value(attributes: bytes, wanted: bytes) -> bytes:
    """Return the value behind `tag=`, or '' without the tag."""
    at = attributes.find(wanted)
    while at > 0 and attributes[at - 1] not in b"; ":
        at = attributes.find(wanted, at + 1)
    if at < 0:
        return b""
    end = attributes.find(b";", at)
    return attributes[at + len(wanted) : end if end >= 0 else None].strip()


def _gtf_value(attributes: bytes, tag: bytes) -> bytes:
    found = _gtf_tag(tag).search(attributes)
    return found[1] or found[2] or b"" if found else b""


@cache
def _gtf_tag(tag: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?:^|[;\s])" + re.escape(tag) + rb"\s+(?:\"([^\"]*)\"|([^\s;\"]+))")


def dialect_of(attributes: bytes) -> Dialect | None:
    """Return how attributes are written; None if they are neither GFF3 nor GTF."""
    if _TAG_OF_GFF3.match(attributes):
        return Gff3()
    return Gtf() if _TAG_OF_GTF.match(attributes) else None


def text(raw: bytes) -> str:
    """Return a name as people read it: decoded, and without control letters."""
    decoded = (unquote_to_bytes(raw) if b"%" in raw else raw).decode("utf-8", "replace")
    return decoded.strip() if decoded.isprintable() else _CONTROL.sub(" ", decoded).strip()


def texts(raw: Iterable[bytes]) -> list[str]:
    """Return names as people read them; leave out empty ones."""
    return [name for one in raw if (name := text(one))]
