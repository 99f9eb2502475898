"""Scans that skip groups and blocks by the triangle inequality, one query at a time.

A code in ring ``r`` of a group is at least ``|d - r|`` from a query at distance ``d`` from the group's leader. What is
skipped is farther than the limit, never at it: ties count.
"""

# Compiled into this file, unseen by Numba's cache: sources 949d30121e369d8e

import numpy as np
from numba import njit

from sklearn_hash._hamming._grouping import BLOCK, LANE, nearest_leader, words_of
from sklearn_hash._hamming._simd import below_mask, code_distance, lowest_bit
from sklearn_hash._hamming._sort_keys import bit_length, keep_smallest, room_for, sort_keys, split_keys
from sklearn_hash._hamming._threads import effective_threads, even_ranges, map_threads

__all__ = ["nearest_rows", "rows_within", "words_of", "work_of"]

_TILE = 256  # queries a task
_SLOT_BITS = np.uint64(48)
_SLOT_MASK = np.uint64(2**48 - 1)


def nearest_rows(rings, queries, k, n_jobs):
    """Distances and rows of the k nearest rows of every query, ordered by (distance, row)."""
    n_threads = effective_threads(n_jobs)
    distances, rows = np.empty((len(queries), k), np.int32), np.empty((len(queries), k), np.int64)
    order = _by_group(rings, queries)

    def search(tile):
        _neighbors_of(queries, order[slice(*tile)], k, rings, distances, rows)

    map_threads(search, even_ranges(len(queries), _TILE, at_least=n_threads), n_threads)
    return distances, rows


def rows_within(rings, queries, radius, n_jobs):
    """``(indptr, distances, rows)`` of the rows within the radius of every query, ordered by (distance, row)."""
    n_threads = effective_threads(n_jobs)
    radius = min(radius, rings.n_positions)
    order = _by_group(rings, queries)
    parts = [order[slice(*tile)] for tile in even_ranges(len(queries), _TILE, at_least=n_threads)]
    n_hits, n_found = np.zeros(len(queries), np.int64), np.zeros(len(queries), np.int64)
    hits = map_threads(lambda part: _hits_within(queries, part, radius, rings, n_hits, n_found), parts, n_threads)
    indptr = np.concatenate([[0], np.cumsum(n_found)])
    distances, rows = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.uint64)

    def fill(tile):
        _fill_rows(rings, parts[tile], hits[tile], n_hits, radius, indptr, distances, rows)

    map_threads(fill, range(len(parts)), n_threads)
    return indptr, distances, rows.view(np.int64)


def work_of(rings, queries, k):
    """Blocks scanned and groups looked at, the mean over the queries."""
    distances, rows = np.empty((len(queries), k), np.int32), np.empty((len(queries), k), np.int64)
    n_blocks, n_groups = _neighbors_of(queries, np.arange(len(queries)), k, rings, distances, rows)
    return n_blocks / len(queries), n_groups / len(queries)


def _by_group(rings, queries):
    """An order of the queries that brings together those of one group, whose codes then stay in cache."""
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
def _neighbors_of(queries, order, k, rings, distances, rows):
    """Write the k nearest rows of every query, ordered by (distance, row).

    Returns how many blocks were scanned and how many groups looked at.
    """
    capacity = 4 * k + 16 * BLOCK
    counts = np.empty(rings.n_positions + 1, np.int64)  # rows seen at each distance
    slots, found = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
    keys, spare = np.empty(2 * k + BLOCK, np.uint64), np.empty(2 * k + BLOCK, np.uint64)
    address, row_bytes = np.int64(queries.ctypes.data), queries.shape[1] * 8
    row_bits = bit_length(rings.n_rows)
    n_blocks, n_groups = 0, 0
    for i in order:
        counts[:] = 0
        limit, size, blocks, groups = _scan_for_nearest(rings, address + i * row_bytes, k, counts, slots, found)
        _nearest_rows(rings, slots[:size], found[:size], limit, k, row_bits, keys, spare)
        split_keys(keys[:k], row_bits, distances[i], rows[i])
        n_blocks += blocks
        n_groups += groups
    return n_blocks, n_groups


@njit(cache=True, nogil=True)
def _scan_for_nearest(rings, query, k, counts, slots, found):
    """Collect every slot that may hold one of the k nearest rows: the nearest group first, then those in reach."""
    n_leaders = len(rings.reach)
    first, distance = nearest_leader(rings.leaders, n_leaders, query, rings.n_words, rings.shape)
    state = (rings.n_positions, 0, 0, 0)  # limit, rows seen, slots found, blocks scanned
    state = _scan_group(rings, query, first, distance, k, state, counts, slots, found)
    near = _groups_within(rings, query, state[0], first)
    for key in near:
        group, distance = _group_and_distance(key)
        if distance - rings.reach[group] <= state[0]:
            state = _scan_group(rings, query, group, distance, k, state, counts, slots, found)
    return state[0], state[2], state[3], 1 + len(near)


@njit(cache=True, nogil=True)
def _groups_within(rings, query, limit, skipped):
    """Groups that may hold a code within the limit, nearest leader first, as ``distance << 16 | group``."""
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
def _group_and_distance(key):
    return np.int64(key & np.uint64(65535)), np.int64(key >> np.uint64(16))


@njit(cache=True, nogil=True)
def _scan_group(rings, query, group, distance, k, state, counts, slots, found):
    limit, seen, size, scanned = state
    address, stride = np.int64(rings.codes.ctypes.data), BLOCK * rings.n_words * 8
    for block in range(rings.group_starts[group], rings.group_starts[group + 1]):
        if rings.inner[block] > distance + limit:
            break
        if rings.outer[block] < distance - limit:
            continue
        if size + BLOCK > len(slots):
            size = _drop_far(rings, slots, found, limit, k)
        scanned += 1
        here = address + block * stride
        mask = below_mask(here, query, rings.n_words, limit + 1, rings.shape)
        while mask != 0:
            place = lowest_bit(mask)
            mask &= mask - np.uint64(1)
            slot = block * BLOCK + place
            n_rows = np.int64(rings.starts[slot + 1]) - np.int64(rings.starts[slot])
            nearer = code_distance(here, place, query, rings.n_words, LANE)
            if n_rows == 0 or nearer > limit:
                continue
            slots[size], found[size] = slot, nearer
            size += 1
            counts[nearer] += n_rows
            seen += n_rows
            if seen - counts[limit] >= k:
                while seen - counts[limit] >= k:
                    seen -= counts[limit]
                    limit -= 1
                mask &= below_mask(here, query, rings.n_words, limit + 1, rings.shape)
        if limit == 0:
            break
    return limit, seen, size, scanned


@njit(cache=True, nogil=True)
def _drop_far(rings, slots, found, limit, k):
    """Keep the slots within the limit; of those at it only the k whose first rows are least. Returns their number."""
    firsts = np.empty(len(slots), np.uint64)
    n_ties = 0
    for place in range(len(slots)):
        if found[place] == limit:
            firsts[n_ties] = rings.rows[rings.starts[slots[place]]]
            n_ties += 1
    last = ~np.uint64(0)
    if n_ties > k:
        keep_smallest(firsts[:n_ties], k)
        last = firsts[:k].max()
    size = 0
    for place in range(len(slots)):
        tied = found[place] == limit and np.uint64(rings.rows[rings.starts[slots[place]]]) <= last
        if found[place] < limit or tied:
            slots[size], found[size] = slots[place], found[place]
            size += 1
    return size


@njit(cache=True, nogil=True)
def _nearest_rows(rings, slots, found, limit, k, row_bits, keys, spare):
    """Put the keys of the k nearest rows first, in order: all rows nearer than the limit, then the least tied ones."""
    size = 0
    for place in range(len(slots)):
        if found[place] < limit:
            size = _put_keys(rings, slots[place], found[place], row_bits, keys, size)
    sort_keys(keys[:size], spare, row_bits + bit_length(limit))
    ties = keys[size:]
    n_ties, needed = 0, k - size
    last = ~np.uint64(0)
    for place in range(len(slots)):
        if found[place] != limit:
            continue
        for at in range(rings.starts[slots[place]], rings.starts[slots[place] + 1]):
            key = np.uint64(limit) << np.uint64(row_bits) | np.uint64(rings.rows[at])
            if key > last:
                break
            if n_ties == len(ties):
                keep_smallest(ties, needed)
                n_ties, last = needed, ties[:needed].max()
                if key > last:
                    break
            ties[n_ties] = key
            n_ties += 1
    keep_smallest(ties[:n_ties], needed)
    sort_keys(ties[:needed], spare, row_bits + bit_length(limit))


@njit(cache=True, nogil=True)
def _put_keys(rings, slot, distance, row_bits, keys, size):
    high = np.uint64(distance) << np.uint64(row_bits)
    for at in range(rings.starts[slot], rings.starts[slot + 1]):
        keys[size] = high | np.uint64(rings.rows[at])
        size += 1
    return size


@njit(cache=True, nogil=True)
def _hits_within(queries, order, radius, rings, n_hits, n_found):
    """Hits, ``distance << 48 | slot``, of one query after the other; writes how many hits and rows each has."""
    hits = np.empty(1024, np.uint64)
    address, row_bytes = np.int64(queries.ctypes.data), queries.shape[1] * 8
    size = 0
    for i in order:
        start, query = size, address + i * row_bytes
        for key in _groups_within(rings, query, radius, -1):
            group, distance = _group_and_distance(key)
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
    """Write the rows of all hits, query by query, into their place."""
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
            if n_slots[distance] > 1:  # the rows of one slot are in order
                spare = room_for(spare, 0, ends[distance] - start)
                sort_keys(rows[start : ends[distance]], spare, row_bits)
            start = ends[distance]
        first = last


@njit(cache=True, nogil=True)
def _spread_rows(rings, hits, start, ends, n_slots, rows):
    """Write the rows of one query's hits ordered by distance alone; sets where each distance ends."""
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
