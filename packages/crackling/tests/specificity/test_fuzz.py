"""The kernel's functions on any contents, in buffers of their exact size, so that the sanitizers see each overrun."""

from __future__ import annotations

import ctypes
import random
from ctypes import POINTER, c_uint8, c_uint32, c_uint64
from itertools import pairwise

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
from crackling.specificity.weights import kernel_weights
from support.building import ALL_KEYS, possible_radii
from support.separate import in_own_memory

CODES = {**dict(zip("ACGTU", (0, 1, 2, 3, 3), strict=True)), **dict.fromkeys("NRYSWKMBDHV-", 4)}
# Not st.randoms(): a draw for each number would be too many.
generators = st.integers(0, 2**32 - 1).map(random.Random)
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


def directory(keys: int, entries: int, rng: random.Random) -> ctypes.Array[c_uint32]:
    """Buckets of any sizes, some of them large."""
    ends = sorted(rng.choice((0, entries, rng.randrange(entries + 1))) for _ in range(keys - 1))
    return (c_uint32 * (keys + 1))(0, *ends, entries)


@pytest.mark.usefixtures("unmeasured")
@given(st.sampled_from(SMALL_KEYS), st.integers(0, 120), st.integers(0, 6), generators)
def test_all_instruction_sets_scan_any_entries_alike(keys: Keys, n: int, k: int, rng: random.Random) -> None:
    """Buckets of every length and alignment, near and far entries, escaped codes that the overflow does not have."""
    near = rng.randrange(2**32)
    entries = [
        (c_uint32 * n)(
            *(near ^ rng.choice((0, 1 << rng.randrange(32), rng.randrange(2**32))) for _ in range(n))
        )
        for _ in range(2)
    ]
    directories = [directory(4**nt, n, rng) for nt in (keys.prefix_nt, keys.suffix_nt)]
    overflow = (Overflow * 1)(Overflow(rng.randrange(2**40), 3, 5))
    lists = Lists(keys.prefix_nt, keys.suffix_nt, n)
    lists.prefix_directory, lists.suffix_directory = (in_own_memory(d, c_uint32) for d in directories)
    lists.prefix_entries, lists.suffix_entries = (in_own_memory(e, c_uint32) for e in entries)
    lists.overflows, lists.overflow = 1, in_own_memory(overflow, Overflow)
    assert library().sound(ctypes.byref(lists))
    radius = rng.choice(possible_radii(keys, k))
    chosen = groups(keys.prefix_nt, radius), groups(keys.suffix_nt, k - 1 - radius)
    guides = (c_uint64 * 3)(*(rng.randrange(2**40) for _ in range(3)))
    answers = []
    for isa in available_isas():
        search = Search(k, radius, *chosen, *map(len, chosen), ISAS[isa])
        totals = (Totals * 3)()
        pointers = (ctypes.byref(part) for part in (lists, kernel_weights(), search))
        library().score(*pointers, 0, guides, 3, totals)
        answers.append(bytes(totals))
    assert len(set(answers)) == 1


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
