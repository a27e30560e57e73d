"""Find the names of a gene in its record, or in the records of its parts if it has no record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crackling.annotation.attributes import text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crackling.annotation.attributes import Dialect

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


def names_of_gene(dialect: Dialect, attributes: bytes) -> Names:
    """Return the names that the record of a gene gives it."""
    named = _first(dialect, attributes, _OF_GENES) or dialect.value(attributes, b"ID")
    return _names(dialect, attributes, text(named))


def names_of_part(dialect: Dialect, attributes: bytes, parent: bytes = b"") -> Names:
    """Return the names that a transcript or a part gives the gene that it belongs to.

    Args:
        dialect: how the attributes are written.
        attributes: of the transcript or part.
        parent: the key of a parent that is not in the file, by which the gene is named if nothing else does.
    """
    named = _first(dialect, attributes, _OF_PARTS) or parent or _own_name(dialect, attributes)
    return _names(dialect, attributes, text(named))


def _own_name(dialect: Dialect, attributes: bytes) -> bytes:
    """Return the Name of a record, or its ID if the Name describes its product."""
    name, key = dialect.value(attributes, b"Name"), dialect.value(attributes, b"ID")
    describes = name == dialect.value(attributes, b"product") or b" " in name or b"%20" in name
    return key or name if describes else name or key


def _first(dialect: Dialect, attributes: bytes, tags: tuple[bytes, ...]) -> bytes:
    return next((value for tag in tags if (value := dialect.value(attributes, tag))), b"")


def _names(dialect: Dialect, attributes: bytes, name: str) -> Names:
    identity = text(_first(dialect, attributes, _DISTINCT)) or name
    aliases = dict.fromkeys(_aliases(dialect, attributes))
    aliases.pop(name, None)
    return Names(name, identity, tuple(aliases))


def _aliases(dialect: Dialect, attributes: bytes) -> Iterator[str]:
    yield from texts(dialect.value(attributes, tag) for tag in (*_OF_GENES, b"ID"))
    for tag in _SYNONYMS:
        for synonym in texts(dialect.values(attributes, tag)):
            # NCBI escapes the comma between two old locus tags.
            yield from synonym.split(",") if tag == b"old_locus_tag" else (synonym,)
    for tag in _REFERENCES:
        for reference in texts(dialect.values(attributes, tag)):
            yield from _of_reference(reference)
    identifier = text(dialect.value(attributes, b"gene_id"))
    if versioned := _VERSION.fullmatch(identifier):
        yield versioned[1]
    elif identifier and (version := text(dialect.value(attributes, b"version"))):
        yield f"{identifier}.{version}"


def _of_reference(reference: str) -> Iterator[str]:
    """Yield the ways to write a reference to a database: `GeneID:7157` and `7157`, `SGD:S000001855` and `S000001855`."""
    database, _, identifier = reference.partition(":")
    if database in _OF_NO_GENE:
        return
    yield reference
    if identifier and (database == "GeneID" or not identifier.isdecimal()):
        yield identifier
