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
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class Dialect(Protocol):
    """A way of writing the attributes of a record."""

    def value(self, attributes: bytes, tag: bytes) -> bytes:
        """Return the value of a tag, or '' without the tag."""

    def values(self, attributes: bytes, tag: bytes) -> list[bytes]:
        """Return all values of a tag."""

    def key(self, attributes: bytes, kind: bytes) -> bytes:
        """Return what other records name as their parent, or ''."""

    def parents(self, attributes: bytes, kind: bytes) -> list[bytes]:
        """Return the keys of the records that a record is part of."""


class Gff3:
    """`ID=1;Parent=a,b;Name=c`."""

    def value(self, attributes: bytes, tag: bytes) -> bytes:
        wanted = tag + b"="
        at = attributes.find(wanted)
        while at > 0 and attributes[at - 1] not in b"; ":
            at = attributes.find(wanted, at + 1)
        if at < 0:
            return b""
        end = attributes.find(b";", at)
        return attributes[at + len(wanted) : end if end >= 0 else None].strip()

    def values(self, attributes: bytes, tag: bytes) -> list[bytes]:
        return self.value(attributes, tag).split(b",")

    def key(self, attributes: bytes, kind: bytes) -> bytes:  # noqa: ARG002 - only GTF needs the kind
        return self.value(attributes, b"ID")

    def parents(self, attributes: bytes, kind: bytes) -> list[bytes]:  # noqa: ARG002
        parent = self.value(attributes, b"Parent")
        if b"," not in parent:
            return [parent] if parent else []
        return [one for part in parent.split(b",") if (one := part.strip())]


class Gtf:
    """`gene_id "1"; transcript_id "2"; gene_name "c";`. A gene and a transcript of it may have the same identifier."""

    def value(self, attributes: bytes, tag: bytes) -> bytes:
        found = _gtf_tag(tag).search(attributes)
        return found[1] or found[2] or b"" if found else b""

    def values(self, attributes: bytes, tag: bytes) -> list[bytes]:
        return [quoted or bare for quoted, bare in _gtf_tag(tag).findall(attributes)]

    def key(self, attributes: bytes, kind: bytes) -> bytes:
        is_gene = kind == b"gene"
        named = self.value(attributes, b"gene_id" if is_gene else b"transcript_id")
        return (b"gene " if is_gene else b"transcript ") + named if named else b""

    def parents(self, attributes: bytes, kind: bytes) -> list[bytes]:
        if kind == b"gene":
            return []
        if kind != b"transcript" and (transcript := self.value(attributes, b"transcript_id")):
            return [b"transcript " + transcript]
        gene = self.value(attributes, b"gene_id")
        return [b"gene " + gene] if gene else []


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
    return _CONTROL.sub(" ", unquote_to_bytes(raw).decode("utf-8", "replace")).strip()


def texts(raw: Iterable[bytes]) -> list[str]:
    """Return names as people read them; leave out empty ones."""
    return [name for one in raw if (name := text(one))]
