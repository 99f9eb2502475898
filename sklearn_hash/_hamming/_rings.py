"""Groups of codes for pruned search, and choice of the groups near a query.

Equal codes are stored once, near codes are in one group, and a group is ordered in rings around its leader. A slot is
the place of a distinct code. A group starts at a block of 64 slots; the remaining slots of its last block have no row.
The layout of a block is that of :mod:`._simd`.
"""

# Compiled into this file, unseen by Numba's cache: sources 58bb8b1506eb4462

from typing import NamedTuple

import numpy as np
from numba import njit

from sklearn_hash._hamming._simd import GROUP as BLOCK
from sklearn_hash._hamming._simd import below_mask, code_distance, lowest_bit
from sklearn_hash._hamming._sort_keys import bit_length, sort_keys

__all__ = [
    "BLOCK",
    "LANE",
    "Rings",
    "group_and_distance",
    "groups_within",
    "keep_rows",
    "nearest_leader",
    "order_by_group",
]

LANE = np.uint64(0)  # any value of the word type


class Rings(NamedTuple):
    """Distinct codes in slots, ordered by (group, ring); a ring has the codes at one distance from the leader."""

    shape: np.unsignedinteger | tuple  # see _layout.code_shape
    n_rows: int
    n_words: int
    n_positions: int  # no distance is larger
    codes: np.ndarray  # words of the slots, block by block
    starts: np.ndarray  # slot s has rows[starts[s]:starts[s + 1]], in increasing order
    rows: np.ndarray
    inner: np.ndarray  # least and largest ring of a block
    outer: np.ndarray
    leaders: np.ndarray  # words of the leaders, block by block
    group_starts: np.ndarray  # group g has the blocks from group_starts[g] to group_starts[g + 1]
    reach: np.ndarray  # largest ring of a group
    farthest_reach: int

    @property
    def nbytes(self) -> int:
        """Number of bytes of all arrays."""
        return sum(part.nbytes for part in self if isinstance(part, np.ndarray))


def keep_rows(rings: Rings, where: np.ndarray) -> Rings:
    """Return the same slots with only the rows where the mask is True."""
    starts, rows = _filter_rows(rings.starts, rings.rows, np.array(where, bool))
    return rings._replace(starts=starts, rows=rows)


@njit(cache=True, nogil=True)
def _filter_rows(starts, rows, where):
    kept_starts, kept = np.zeros_like(starts), np.empty_like(rows)
    size = 0
    for slot in range(len(starts) - 1):
        for place in range(starts[slot], starts[slot + 1]):
            kept[size] = rows[place]
            size += where[rows[place]]
        kept_starts[slot + 1] = size
    return kept_starts, kept[:size]


@njit(cache=True, nogil=True)
def nearest_leader(leaders, n_leaders, query, n_words, shape):
    """Return the leader nearest to the code at an address (the first one on ties) and its distance."""
    address, stride = np.int64(leaders.ctypes.data), BLOCK * n_words * 8
    nearest, distance = 0, code_distance(address, 0, query, n_words, LANE)
    for block in range((n_leaders + BLOCK - 1) // BLOCK):
        mask = below_mask(address + block * stride, query, n_words, distance, shape)
        while mask != 0:
            place = lowest_bit(mask)
            mask &= mask - np.uint64(1)
            nearer = code_distance(address + block * stride, place, query, n_words, LANE)
            if nearer < distance and block * BLOCK + place < n_leaders:
                nearest, distance = block * BLOCK + place, nearer
    return nearest, distance


def order_by_group(rings, queries):
    """Return an order of the queries by group, so that the codes of a group stay in cache."""
    return np.argsort(_groups_of(rings, queries), kind="stable")


@njit(cache=True, nogil=True)
def _groups_of(rings, queries):
    groups = np.empty(len(queries), np.uint16)
    address, row_bytes = np.int64(queries.ctypes.data), queries.shape[1] * 8
    for i in range(len(queries)):
        query = address + i * row_bytes
        groups[i] = nearest_leader(rings.leaders, len(rings.reach), query, rings.n_words, rings.shape)[0]
    return groups


@njit(cache=True, nogil=True)
def groups_within(rings, query, limit, skipped):
    """Return the groups that may hold a code within the limit, nearest first, as ``distance << 16 | group``."""
    address, stride = np.int64(rings.leaders.ctypes.data), BLOCK * rings.n_words * 8
    n_leaders = len(rings.reach)
    near = np.empty(n_leaders, np.uint64)
    size = 0
    farthest = min(limit + rings.farthest_reach, rings.n_positions)
    for block in range((n_leaders + BLOCK - 1) // BLOCK):
        mask = below_mask(address + block * stride, query, rings.n_words, farthest + 1, rings.shape)
        while mask != 0:
            place = lowest_bit(mask)
            mask &= mask - np.uint64(1)
            group = block * BLOCK + place
            distance = code_distance(address + block * stride, place, query, rings.n_words, LANE)
            if group < n_leaders and group != skipped and distance - rings.reach[group] <= limit:
                near[size] = np.uint64(distance << 16 | group)
                size += 1
    if size > 1:
        sort_keys(near[:size], np.empty(size, np.uint64), 16 + bit_length(rings.n_positions))
    return near[:size]


@njit(cache=True, nogil=True)
def group_and_distance(key):
    return np.int64(key & np.uint64(65535)), np.int64(key >> np.uint64(16))
