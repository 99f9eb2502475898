"""Flat scan over bit planes, which adds bits of 256 codes at a time instead of counting the bits of words.

On processors without an instruction that counts the bits of all words of a vector, it takes about half the time of
:mod:`._scan` if there are enough queries to compensate for filling the tables of every chunk. Up to two bits of the
codes are in no table, so the sum is a lower bound, and the distances of the few codes below the limit are computed from
their words.
"""

# Compiled into this file, unseen by Numba's cache: sources 05c32df8ffe02d3f

from functools import lru_cache

import numpy as np
from numba import njit

from sklearn_hash._hamming._candidates import accept
from sklearn_hash._hamming._layout import aligned_buffer, arranged
from sklearn_hash._hamming._planes_simd import (
    ENTRY_BYTES,
    PLANE_BYTES,
    TABLE_BYTES,
    codes_below,
    fill_tables,
    n_levels,
    n_triples,
    take_planes,
)
from sklearn_hash._hamming._simd import CHUNK, GROUP, code_distance, known_words, lowest_bit, word_bytes

__all__ = ["MOST_PLANE_WORDS", "PlaneScan"]

MOST_PLANE_WORDS = 4  # tables of more words exceed the first-level cache and take long to compile


class PlaneScan:
    """Scan of slabs for one tile of queries."""

    def __init__(self, queries, *state):
        n_bits = 8 * queries.shape[1] * queries.itemsize
        shape = (queries.dtype.type(0),) * queries.shape[1]
        planes = aligned_buffer(n_bits * PLANE_BYTES)
        tables = aligned_buffer(n_triples(n_bits) * TABLE_BYTES)
        self._arguments = queries, shape, *state, _table_entries(queries, n_bits), _limit_planes(n_bits), planes, tables

    def __call__(self, *slab):
        _nearest_by_planes(*self._arguments, *slab)


def _table_entries(queries, n_bits):
    """Return the offset of the entry of every query in each table, uint16 of shape (n_queries, n_tables)."""
    bits = np.unpackbits(queries.view(np.uint8), axis=1, bitorder="little", count=3 * n_triples(n_bits))
    cases = bits.reshape(len(queries), -1, 3) @ np.array([1, 2, 4], np.uint16)
    return cases * np.uint16(ENTRY_BYTES)


@lru_cache(maxsize=8)
def _limit_planes(n_bits):
    """Return, for each limit, the planes of the difference between the limit and a power of two."""
    power = 1 << n_levels(n_bits)
    differences = power - np.minimum(np.arange(n_bits + 2), power)
    bits = differences[:, None] >> np.arange(n_levels(n_bits)) & 1
    return np.repeat(-bits, PLANE_BYTES // 8, axis=1)


@njit(cache=True, nogil=True)
def _nearest_by_planes(
    queries, shape, k, states, counts, candidates, scratch, entries, limits, planes, tables, codes, first, end, in_place
):
    """Do the same as :func:`._scan.nearest_of_tile`.

    ``entries`` and ``limits`` are those of :func:`_table_entries` and :func:`_limit_planes`.
    """
    lane = queries[0, 0]
    words = known_words(queries.shape[1], shape)
    group_bytes = GROUP * words * word_bytes(lane)
    below = np.empty(PLANE_BYTES // word_bytes(lane), queries.dtype)
    for start in range(first, end, CHUNK):
        chunk = arranged(codes + (start - first) // GROUP * group_bytes, 1, words, lane, shape, scratch, in_place)
        take_planes(chunk, planes.ctypes.data, shape)
        fill_tables(tables.ctypes.data, planes.ctypes.data, shape)
        n_unfinished = 0
        for query in range(len(queries)):
            limit = states[query, 0]
            n_unfinished += limit != 0
            bound = limits.ctypes.data + limit * limits.shape[1] * 8
            entry = entries.ctypes.data + query * entries.shape[1] * 2
            if limit == 0 or not codes_below(tables.ctypes.data, entry, bound, below.ctypes.data, shape):
                continue
            address = queries.ctypes.data + query * words * word_bytes(lane)
            # Bit b of word w is for the code at place b * n_words + w.
            bits = below[0]
            for word in range(1, len(below)):
                bits |= below[word]
            while bits:
                bit = lowest_bit(np.uint64(bits))
                bits &= bits - type(lane)(1)
                for word in range(len(below)):
                    place = bit * len(below) + word
                    if below[word] >> type(lane)(bit) & type(lane)(1) and start + place < end:
                        distance = code_distance(chunk, place, address, words, lane)
                        if distance < limit:
                            limit = accept(distance, start + place, query, k, states, counts, candidates)
        if n_unfinished == 0:
            break
