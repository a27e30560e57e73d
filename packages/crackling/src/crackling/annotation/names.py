"""Find the names of a gene in its record, or in the records of its parts if it has no record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crackling.annotation.attributes import text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Pairs = Mapping[bytes, Sequence[bytes]]  # the values of each tag

_OF_GENES = (b"Name", b"gene", b"gene_name", b"locus_tag", b"gene_id")
# The Name of a coding sequence or a transcript is often that of its product, which many genes have in common.
_OF_PARTS = _OF_GENES[1:]
_DISTINCT = (b"gene_id", b"locus_tag")
_SYNONYMS = (b"gene_synonym", b"synonym", b"synonyms", b"old_locus_tag", b"Alias")
_REFERENCES = (b"Dbxref", b"db_xref")
_OF_NO_GENE = frozenset({"taxon", "SO", "GO"})  # databases whose entries many genes share
_VERSION = re.compile(r"(.+\d)\.\d+")


class Names(NamedTuple):
    """The names of a gene.

    name: what results call it; '' where nothing names it. identity: what tells it from other genes with that name.
    aliases: its other names.
    """

    name: str
    identity: str
    aliases: tuple[str, ...]

    @property
    def letters(self) -> int:
        """Return the number of letters in all names."""
        return len(self.name) + len(self.identity) + sum(map(len, self.aliases))


def names_of_gene(pairs: Pairs) -> Names:
    """Return the names that the attributes of a gene's record give it."""
    return _names(pairs, text(_first(pairs, (*_OF_GENES, b"ID"))))


def names_of_part(pairs: Pairs, parent: bytes = b"") -> Names:
    """Return the names that a transcript or a part gives the gene that it belongs to.

    Args:
        pairs: its attributes.
        parent: the key of a parent that is not in the file, by which the gene is named if nothing else does.
    """
    return _names(pairs, text(_first(pairs, _OF_PARTS) or parent or _own_name(pairs)))


def _own_name(pairs: Pairs) -> bytes:
    """Return the Name of a record, or its ID if the Name describes its product."""
    name, key = _value(pairs, b"Name"), _value(pairs, b"ID")
    describes = name == _value(pairs, b"product") or b" " in name or b"%20" in name
    return key or name if describes else name or key


def _value(pairs: Pairs, tag: bytes) -> bytes:
    return b",".join(pairs.get(tag, ()))


def _first(pairs: Pairs, tags: tuple[bytes, ...]) -> bytes:
    return next((value for tag in tags if (value := _value(pairs, tag))), b"")


def _names(pairs: Pairs, name: str) -> Names:
    identity = text(_first(pairs, _DISTINCT)) or name
    aliases = dict.fromkeys(_aliases(pairs))
    aliases.pop(name, None)
    return Names(name, identity, tuple(aliases))


def _aliases(pairs: Pairs) -> Iterator[str]:
    yield from texts(_value(pairs, tag) for tag in (*_OF_GENES, b"ID") if tag in pairs)
    for tag in _SYNONYMS:
        for synonym in texts(pairs.get(tag, ())):
            # NCBI escapes the comma between two old locus tags.
            yield from synonym.split(",") if tag == b"old_locus_tag" else (synonym,)
    for tag in _REFERENCES:
        for reference in texts(pairs.get(tag, ())):
            yield from _of_reference(reference)
    identifier = text(_value(pairs, b"gene_id"))
    if versioned := _VERSION.fullmatch(identifier):
        yield versioned[1]
    elif identifier and (version := text(_value(pairs, b"version"))):
        yield f"{identifier}.{version}"


def _of_reference(reference: str) -> Iterator[str]:
    """Yield the ways to write a reference to a database: `GeneID:7157` and `7157`, `SGD:S000001855` and `S000001855`."""
    database, _, identifier = reference.partition(":")
    if database in _OF_NO_GENE:
        return
    yield reference
    if identifier and (database == "GeneID" or not identifier.isdecimal()):
        yield identifier
