"""The kernel's functions on any contents, in buffers of their exact size, so that the sanitizers see each overrun."""

from __future__ import annotations

import ctypes
import random
from ctypes import POINTER, c_uint8, c_uint32, c_uint64
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackling.specificity.kernel import (
    ISAS,
    PARTITIONS,
    Lists,
    Overflow,
    Search,
    Totals,
    available_isas,
    library,
)
from crackling.specificity.plan import Keys, groups
from crackling.specificity.weights import kernel_weights, mit_table
from support.building import ALL_KEYS, possible_radii
from support.separate import in_own_memory

CODES = {**dict(zip("ACGTU", (0, 1, 2, 3, 3), strict=True)), **dict.fromkeys("NRYSWKMBDHV-", 4)}
# Not st.randoms(): a draw for each number would be too many.
generators = st.integers(0, 2**32 - 1).map(random.Random)
FUZZED_GUIDES = 40  # some to a cell, some cells without
SMALL_KEYS = [keys for keys in ALL_KEYS if max(keys.prefix_nt, keys.suffix_nt) <= 7]


@given(st.lists(st.sampled_from(b"ACGTacgtuUnNrY- \n\t") | st.integers(0, 255), max_size=60).map(bytes))
def test_packing(letters: bytes) -> None:
    room = (c_uint8 * (len(letters) // 2 + 1))()
    bases = library().pack(letters, len(letters), room)
    kept = [(i, chr(byte).upper()) for i, byte in enumerate(letters) if byte > 127 or not chr(byte).isspace()]
    bad = next((i for i, letter in kept if letter not in CODES), None)
    if bad is not None:
        assert bases == -1 - bad
    else:
        codes = [byte >> shift & 15 for byte in room for shift in (0, 4)]
        assert codes[:bases] == [CODES[letter] for _, letter in kept]


def windows(genome: bytes, start: int, end: int, skip_t: bool) -> list[tuple[int, int, int]]:
    """(site, place, flags) of the windows that start in [start, end), read base by base."""
    codes = [byte >> shift & 15 for byte in genome for shift in (0, 4)]
    found = []
    for place in range(start, min(end, len(codes) - 22)):
        window = codes[place : place + 23]
        for strand, reading in enumerate((window, [3 - code for code in reversed(window)])):
            is_site = max(window) < 4 and reading[21] in {0, 2} and reading[22] == 2
            if is_site and not (skip_t and reading[0] == 3):
                site = sum(code << 2 * (19 - i) for i, code in enumerate(reading[:20]))
                found.append((site, place, strand | (reading[21] == 2) << 1 | reading[20] << 2))
    return found


@given(st.binary(max_size=60), generators, st.booleans())
def test_sites_of_any_genome(noise: bytes, rng: random.Random, skip_t: bool) -> None:
    """Any nibbles, any cuts into pieces, any range of partitions."""
    clean = bytes(rng.choice((0, 1, 2, 2, 3)) | rng.choice((0, 1, 2, 2, 3)) << 4 for _ in range(60))
    genome = (c_uint8 * (len(noise) + 60)).from_buffer_copy(noise + clean)
    length = 2 * len(genome)
    cuts = sorted([0, length, *(rng.randrange(length + 1) for _ in range(3))])
    first, last = sorted(rng.sample(range(PARTITIONS + 1), 2))
    expected = windows(bytes(genome), 0, length, skip_t)
    histogram = (c_uint64 * PARTITIONS)()
    for start, end in pairwise(cuts):
        library().count_sites(genome, length, start, end, skip_t, histogram)
    assert sum(histogram) == len(expected)
    wanted = [row for row in expected if first <= row[0] >> 28 < last]
    cursor, place = (c_uint64 * PARTITIONS)(), 0
    for partition in range(first, last):
        cursor[partition], place = place, place + histogram[partition]
    assert place == len(wanted)
    records = (c_uint64 * len(wanted))()
    for start, end in pairwise(cuts):
        library().scatter_sites(genome, length, start, end, skip_t, first, last, cursor, records)
    by_partition = sorted(wanted, key=lambda row: row[0] >> 28)
    assert list(records) == [(site << 36 | place << 4 | flags) % 2**64 for site, place, flags in by_partition]


def changed(number: int, nt: int, most: int, rng: random.Random) -> int:
    """Up to so many of a number's bases changed."""
    for _ in range(rng.randrange(most + 1)):
        number ^= rng.randrange(4) << 2 * rng.randrange(nt)
    return number


def directory(nt: int, key: int, entries: int, rng: random.Random) -> ctypes.Array[c_uint32]:
    """A few buckets near a key: of any sizes, and of those at which one more block has to be compared."""
    sizes, left = [0] * 4**nt, entries
    while left:
        size = min(left, rng.choice((rng.randrange(1, left + 1), 16 * rng.randrange(4) + rng.randrange(3))))
        sizes[changed(key, nt, 3, rng)] += size
        left -= size
    numbers: ctypes.Array[c_uint32] = (c_uint32 * (4**nt + 1))(0, *accumulate(sizes))
    return numbers


@pytest.mark.usefixtures("unmeasured")
@given(st.sampled_from(SMALL_KEYS), st.integers(0, 120), st.integers(0, 6), generators)
def test_all_instruction_sets_scan_any_entries_alike(keys: Keys, n: int, k: int, rng: random.Random) -> None:
    """Buckets of every length and alignment, near and far entries, escaped codes that the overflow does not have.

    One by one and together: what is found and what it weighs is the same to the last bit.
    """
    guide = rng.randrange(2**40)
    rests = (
        guide << 2 * keys.prefix_nt - 8 & 2**32 - 1,
        guide >> 2 * keys.suffix_nt << 2 * keys.suffix_nt - 8,
    )
    entries = [
        (c_uint32 * n)(*(changed(rest, 16, 6, rng) ^ rng.choice((0, 1, 2, 15)) for _ in range(n)))
        for rest in rests
    ]
    own_keys = guide >> 2 * (20 - keys.prefix_nt), guide % 4**keys.suffix_nt
    widths = keys.prefix_nt, keys.suffix_nt
    directories = [directory(nt, key, n, rng) for nt, key in zip(widths, own_keys, strict=True)]
    overflow = (Overflow * 1)(Overflow(rng.randrange(2**40), 3, 5))
    lists = Lists(keys.prefix_nt, keys.suffix_nt, n)
    lists.prefix_directory, lists.suffix_directory = (in_own_memory(d, c_uint32) for d in directories)
    lists.prefix_entries, lists.suffix_entries = (in_own_memory(e, c_uint32) for e in entries)
    lists.overflows, lists.overflow = 1, in_own_memory(overflow, Overflow)
    assert library().sound(ctypes.byref(lists))
    radius = rng.choice(possible_radii(keys, k))
    chosen = groups(keys.prefix_nt, radius), groups(keys.suffix_nt, k - 1 - radius)
    guides = (c_uint64 * FUZZED_GUIDES)(*(changed(guide, 20, 3, rng) for _ in range(FUZZED_GUIDES)))
    compatible, answers = rng.randrange(2), []
    for isa in available_isas():
        search = Search(k, radius, *chosen, *map(len, chosen), ISAS[isa])
        totals = (Totals * FUZZED_GUIDES)()
        pointers = (ctypes.byref(part) for part in (lists, kernel_weights(), search))
        library().score(*pointers, compatible, guides, FUZZED_GUIDES, totals)
        answers += [bytes(totals), bytes(scored_together(lists, search, compatible, guides))]
    assert len(set(answers)) == 1


def scored_together(
    lists: Lists, search: Search, compatible: int, guides: ctypes.Array[c_uint64]
) -> ctypes.Array[Totals]:
    """In memory of its exact size, which need not be zero."""
    totals = (Totals * len(guides))()
    size = library().score_bulk_bytes(ctypes.byref(lists), ctypes.byref(search), len(guides))
    memory = (c_uint8 * size)(*b"\xff" * size)
    library().score_bulk(
        ctypes.byref(lists), ctypes.byref(kernel_weights()), mit_table(search.mismatches), ctypes.byref(search),
        compatible, guides, len(guides), memory, totals,
    )  # fmt: skip
    return totals


@given(st.lists(st.integers(0, 2**40 - 1) | st.integers(0, 3) | st.sampled_from([2**40 - 1]), max_size=40))
def test_distinct_guides(given_: list[int]) -> None:
    n = len(given_)
    guides, distinct, which = (c_uint64 * n)(*given_), (c_uint64 * n)(), (c_uint64 * n)()
    memory = (c_uint8 * library().distinct_guides_bytes(n))()
    found = library().distinct_guides(guides, n, memory, distinct, which)
    assert distinct[:found] == sorted(set(given_))
    assert [distinct[i] for i in which] == given_


@given(st.integers(0, 40), generators)
def test_soundness(n: int, rng: random.Random) -> None:
    """Ascending from 0 to the number of entries: nothing else is let through."""
    start = rng.choice((0, 0, n))  # ascending, but not from 0
    ends = [start, *sorted(rng.randrange(start, n + 1) for _ in range(1023)), n]
    for _ in range(rng.randrange(3)):
        ends[rng.choice((0, 1, 1023, 1024, rng.randrange(1025)))] = rng.choice((0, n, n + 1, 2**32 - 1))
    broken, fine = (c_uint32 * 1025)(*ends), (c_uint32 * 1025)(*([0] * 1024), n)
    for prefix, suffix in ((broken, fine), (fine, broken)):
        lists = Lists(5, 5, n, ctypes.cast(prefix, POINTER(c_uint32)))
        lists.suffix_directory = ctypes.cast(suffix, POINTER(c_uint32))
        is_sound = ends == sorted(ends) and ends[0] == 0 and ends[-1] == n
        assert library().sound(ctypes.byref(lists)) == is_sound


def test_groups_are_every_key_once() -> None:
    """The buckets that the groups name are the keys within the radius of any key, none twice."""
    for key_nt, radius, key in ((5, 0, 7), (5, 3, 1000), (6, 2, 4095), (7, 5, 0)):
        met = []
        for group in groups(key_nt, radius):
            first = key ^ group.change
            met += [first & ~3 | i for i in range(4)] if group.buckets == 4 else [first]
        differing = ((a ^ key) | (a ^ key) >> 1 for a in range(4**key_nt))
        assert sorted(met) == [a for a, x in enumerate(differing) if (x & 0x5555).bit_count() <= radius]
        changes = [group.change for group in groups(key_nt, radius)]
        assert changes == sorted(set(changes))  # in memory's order
