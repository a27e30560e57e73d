"""Choose how wide the keys of the two lists are, and how a search divides its mismatches between them.

Both are chosen by one cost model: a search reads some groups of buckets (each a cache miss or two) and scans the entries in
them. Wider keys mean more groups with fewer entries, and larger directories.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

from crackling.guides.sites import GUIDE_NT
from crackling.specificity.kernel import Group, library

if TYPE_CHECKING:
    import ctypes

MIN_KEY_NT, MAX_KEY_NT = 5, 12
ENTRY_BYTES = 4
USUAL_MISMATCHES = 4

# Nanoseconds: a group's look-ups, mostly hidden by prefetching; an entry's share of a vector. Measured by
# `nox -s bench` (docs/performance.md); only their ratio matters.
GROUP_COST = 12.0
ENTRY_COST = 0.25

# A bulk search reads both lists whole, and prepares tables, however few guides share them. Where each guide's share of the
# lists is larger, or the guides are fewer, guide by guide is faster. Measured (docs/performance.md).
BULK_BYTES_A_GUIDE = 250_000
BULK_GUIDES = 400

# Directories may add this many bytes a site to the 8 of its two entries.
DIRECTORY_BYTES_PER_SITE = 0.75


@dataclass(frozen=True, slots=True)
class Keys:
    """Widths, in bases, of the keys of the prefix list and of the suffix list."""

    prefix_nt: int
    suffix_nt: int

    def directory_bytes(self) -> int:
        return 4 * (1 << 2 * self.prefix_nt) + 4 * (1 << 2 * self.suffix_nt)


def _list_cost(sites: int, key_nt: int, radius: int) -> float:
    """Return the cost of reading all buckets within `radius` mismatches in a list of random sites."""
    if radius < 0:
        return 0.0
    near = [comb(key_nt - 1, i) * 3.0**i for i in range(radius + 1)]
    buckets = sum(comb(key_nt, i) * 3.0**i for i in range(radius + 1))
    return GROUP_COST * sum(near) + ENTRY_COST * buckets * sites / (1 << 2 * key_nt)


def search_cost(sites: int, keys: Keys, mismatches: int, prefix_radius: int) -> float:
    return _list_cost(sites, keys.prefix_nt, prefix_radius) + _list_cost(
        sites, keys.suffix_nt, mismatches - 1 - prefix_radius
    )


def choose_prefix_radius(sites: int, keys: Keys, mismatches: int) -> int:
    """Return the cheapest number of mismatches to look for in the prefix list.

    The suffix list gets the others less one.
    """
    radii = range(-1, mismatches + 1)
    possible = [r for r in radii if r <= keys.prefix_nt and mismatches - 1 - r <= keys.suffix_nt]
    return min(possible, key=lambda radius: search_cost(sites, keys, mismatches, radius))


def choose_keys(sites: int) -> Keys:
    """Return the key widths with the cheapest usual search whose directories stay small beside the entries."""
    widths = range(MIN_KEY_NT, MAX_KEY_NT + 1)
    candidates = [Keys(p, s) for p in widths for s in widths if p + s <= GUIDE_NT]
    allowance = DIRECTORY_BYTES_PER_SITE * sites
    small = [keys for keys in candidates if keys.directory_bytes() <= allowance] or [
        Keys(MIN_KEY_NT, MIN_KEY_NT)
    ]

    def cost(keys: Keys) -> float:
        return search_cost(sites, keys, USUAL_MISMATCHES, choose_prefix_radius(sites, keys, USUAL_MISMATCHES))

    return min(
        small, key=lambda keys: (cost(keys), -keys.prefix_nt)
    )  # the wider key first: its list is sorted in cache


def bulk_pays(sites: int, keys: Keys, guides: int) -> bool:
    """Return whether guides are searched faster together than one by one."""
    share = (2 * ENTRY_BYTES * sites + keys.directory_bytes()) / max(guides, 1)
    return guides >= BULK_GUIDES and share <= BULK_BYTES_A_GUIDE


@functools.cache
def groups(key_nt: int, radius: int) -> ctypes.Array[Group]:
    """Return the kernel's groups of buckets within `radius` mismatches of a key."""
    count: int = library().list_groups(key_nt, radius, None)
    array = (Group * count)()
    library().list_groups(key_nt, radius, array)
    return array
