"""Radius search that skips groups and blocks by the triangle inequality, one query at a time; see :mod:`._rings`."""

# Compiled into this file, unseen by Numba's cache: sources 0156ee23674bf843

import numpy as np
from numba import njit

from sklearn_hash._hamming._rings import BLOCK, LANE, group_and_distance, groups_within, order_by_group
from sklearn_hash._hamming._simd import below_mask, code_distance, lowest_bit
from sklearn_hash._hamming._sort_keys import bit_length, room_for, sort_keys
from sklearn_hash._hamming._threads import effective_threads, even_ranges, map_threads

__all__ = ["rows_within"]

_TILE = 256  # queries per task
_SLOT_BITS = np.uint64(48)
_SLOT_MASK = np.uint64(2**48 - 1)


def rows_within(rings, queries, radius, n_jobs):
    """Return ``(indptr, distances, rows)`` of the rows within the radius of every query, ordered by (distance, row)."""
    n_threads = effective_threads(n_jobs)
    radius = min(radius, rings.n_positions)
    order = order_by_group(rings, queries)
    parts = [order[slice(*tile)] for tile in even_ranges(len(queries), _TILE, at_least=n_threads)]
    n_hits, n_found = np.zeros(len(queries), np.int64), np.zeros(len(queries), np.int64)
    hits = map_threads(lambda part: _hits_within(queries, part, radius, rings, n_hits, n_found), parts, n_threads)
    indptr = np.concatenate([[0], np.cumsum(n_found)])
    distances, rows = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.uint64)

    def fill(tile):
        _fill_rows(rings, parts[tile], hits[tile], n_hits, radius, indptr, distances, rows)

    map_threads(fill, range(len(parts)), n_threads)
    return indptr, distances, rows.view(np.int64)


@njit(cache=True, nogil=True)
def _hits_within(queries, order, radius, rings, n_hits, n_found):
    """Return hits, ``distance << 48 | slot``, query by query; write the numbers of hits and rows of each query."""
    hits = np.empty(1024, np.uint64)
    address, row_bytes = np.int64(queries.ctypes.data), queries.shape[1] * 8
    size = 0
    for i in order:
        start, query = size, address + i * row_bytes
        for key in groups_within(rings, query, radius, -1):
            group, distance = group_and_distance(key)
            hits, size = _collect_group(rings, query, group, distance, radius, hits, size)
        n_hits[i] = size - start
        for hit in hits[start:size]:
            n_found[i] += _n_rows(rings, hit & _SLOT_MASK)
    return hits[:size]


@njit(cache=True, nogil=True)
def _collect_group(rings, query, group, distance, radius, hits, size):
    address, stride = np.int64(rings.codes.ctypes.data), BLOCK * rings.n_words * 8
    for block in range(rings.group_starts[group], rings.group_starts[group + 1]):
        if rings.inner[block] > distance + radius:
            break
        if rings.outer[block] < distance - radius:
            continue
        here = address + block * stride
        mask = below_mask(here, query, rings.n_words, radius + 1, rings.shape)
        hits = room_for(hits, size, BLOCK)
        while mask != 0:
            place = lowest_bit(mask)
            mask &= mask - np.uint64(1)
            nearer = code_distance(here, place, query, rings.n_words, LANE)
            hits[size] = np.uint64(nearer) << _SLOT_BITS | np.uint64(block * BLOCK + place)
            size += 1
    return hits, size


@njit(cache=True, nogil=True)
def _n_rows(rings, slot):
    return np.int64(rings.starts[slot + np.uint64(1)]) - np.int64(rings.starts[slot])


@njit(cache=True, nogil=True)
def _fill_rows(rings, order, hits, n_hits, radius, indptr, distances, rows):
    """Write the distances and rows of all hits, query by query."""
    row_bits = bit_length(rings.n_rows)
    ends, n_slots = np.empty(radius + 1, np.int64), np.empty(radius + 1, np.int64)
    spare = np.empty(1024, np.uint64)
    first = 0
    for i in order:
        last = first + n_hits[i]
        _spread_rows(rings, hits[first:last], indptr[i], ends, n_slots, rows)
        start = indptr[i]
        for distance in range(radius + 1):
            distances[start : ends[distance]] = distance
            if n_slots[distance] > 1:  # the rows of a single slot are already in order
                spare = room_for(spare, 0, ends[distance] - start)
                sort_keys(rows[start : ends[distance]], spare, row_bits)
            start = ends[distance]
        first = last


@njit(cache=True, nogil=True)
def _spread_rows(rings, hits, start, ends, n_slots, rows):
    """Write the rows of the hits of one query ordered only by distance, and the end of each distance."""
    ends[:] = 0
    n_slots[:] = 0
    for hit in hits:
        n_rows = _n_rows(rings, hit & _SLOT_MASK)
        ends[hit >> _SLOT_BITS] += n_rows
        n_slots[hit >> _SLOT_BITS] += n_rows > 0
    for distance in range(len(ends)):
        n_rows = ends[distance]
        ends[distance] = start
        start += n_rows
    for hit in hits:
        distance, slot = hit >> _SLOT_BITS, hit & _SLOT_MASK
        for at in range(rings.starts[slot], rings.starts[slot + np.uint64(1)]):
            rows[ends[distance]] = rings.rows[at]
            ends[distance] += 1
