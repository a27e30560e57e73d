"""Damage an index file so that its checksums stay right."""

from __future__ import annotations

from isal import isal_zlib

from crackling.specificity.layout import _CHECKSUM, _FIXED, _SECTION, HEADER_BYTES, Section


def section_row(section: Section) -> int:
    """Return the offset at which the header describes a section."""
    return _FIXED.size + _SECTION.size * section


def section_span(image: bytes | bytearray, section: Section) -> tuple[int, int]:
    """Return the offset and length of a section."""
    offset, length, _, _ = _SECTION.unpack_from(image, section_row(section))
    return offset, length


def resealed(image: bytes) -> bytes:
    """Return the file with the checksums of its present contents."""
    sealed = bytearray(image)
    for section in Section:
        offset, length = section_span(sealed, section)
        padded = sealed[offset : offset + -(-length // 8) * 8]
        _SECTION.pack_into(sealed, section_row(section), offset, length, isal_zlib.crc32(padded), 0)
    _CHECKSUM.pack_into(
        sealed, HEADER_BYTES - _CHECKSUM.size, isal_zlib.crc32(sealed[: HEADER_BYTES - _CHECKSUM.size])
    )
    return bytes(sealed)


def replaced(image: bytes, section: Section, contents: bytes) -> bytes:
    """Return the file, resealed, with other contents of its last section or of one that keeps its length."""
    offset, length = section_span(image, section)
    assert len(contents) == length
    return resealed(image[:offset] + contents + image[offset + length :])
