"""Search for nearest neighbours that skips groups and blocks by the triangle inequality, one query at a time.

A code in ring ``r`` of a group is at a distance of at least ``|d - r|`` from a query at distance ``d`` from the leader
of the group. Only codes farther than the limit are skipped, not those at the limit, which may be tied.
"""

# Compiled into this file, unseen by Numba's cache: sources 0156ee23674bf843

import numpy as np
from numba import njit

from sklearn_hash._hamming._rings import BLOCK, LANE, group_and_distance, groups_within, nearest_leader, order_by_group
from sklearn_hash._hamming._simd import below_mask, code_distance, lowest_bit
from sklearn_hash._hamming._sort_keys import bit_length, keep_smallest, largest, sort_keys, split_keys
from sklearn_hash._hamming._threads import effective_threads, even_ranges, map_threads

__all__ = ["nearest_rows", "work_of"]

_TILE = 256  # queries per task


def nearest_rows(rings, queries, k, n_jobs):
    """Return distances and rows of the k nearest rows of every query, ordered by (distance, row)."""
    n_threads = effective_threads(n_jobs)
    distances, rows = np.empty((len(queries), k), np.int32), np.empty((len(queries), k), np.int64)
    order = order_by_group(rings, queries)

    def search(tile):
        _neighbors_of(queries, order[slice(*tile)], k, rings, distances, rows)

    map_threads(search, even_ranges(len(queries), _TILE, at_least=n_threads), n_threads)
    return distances, rows


def work_of(rings, queries, k):
    """Return the mean numbers of blocks scanned and groups considered over the queries."""
    distances, rows = np.empty((len(queries), k), np.int32), np.empty((len(queries), k), np.int64)
    n_blocks, n_groups = _neighbors_of(queries, np.arange(len(queries)), k, rings, distances, rows)
    return n_blocks / len(queries), n_groups / len(queries)


@njit(cache=True, nogil=True)
def _neighbors_of(queries, order, k, rings, distances, rows):
    """Write the k nearest rows of every query, ordered by (distance, row).

    Returns the numbers of blocks scanned and of groups considered.
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
    """Collect all slots that may hold one of the k nearest rows, from the nearest group and those within the limit."""
    n_leaders = len(rings.reach)
    first, distance = nearest_leader(rings.leaders, n_leaders, query, rings.n_words, rings.shape)
    zero = np.int64(0)  # a literal has a different type, for which _scan_group would be compiled again
    state = (rings.n_positions, zero, zero, zero)  # limit, rows seen, slots found, blocks scanned
    state = _scan_group(rings, query, first, distance, k, state, counts, slots, found)
    near = groups_within(rings, query, state[0], first)
    for key in near:
        group, distance = group_and_distance(key)
        if distance - rings.reach[group] <= state[0]:
            state = _scan_group(rings, query, group, distance, k, state, counts, slots, found)
    return state[0], state[2], state[3], 1 + len(near)


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
    """Keep the slots below the limit and the k slots at the limit with the smallest first rows; return their number."""
    firsts = np.empty(len(slots), np.uint64)
    n_ties = 0
    for place in range(len(slots)):
        if found[place] == limit:
            firsts[n_ties] = rings.rows[rings.starts[slots[place]]]
            n_ties += 1
    last = ~np.uint64(0)
    if n_ties > k:
        keep_smallest(firsts[:n_ties], k)
        last = largest(firsts, k)
    size = 0
    for place in range(len(slots)):
        tied = found[place] == limit and np.uint64(rings.rows[rings.starts[slots[place]]]) <= last
        if found[place] < limit or tied:
            slots[size], found[size] = slots[place], found[place]
            size += 1
    return size


@njit(cache=True, nogil=True)
def _nearest_rows(rings, slots, found, limit, k, row_bits, keys, spare):
    """Write the keys of the k nearest rows in order: all rows below the limit, then the smallest tied rows."""
    size = np.int64(0)
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
                n_ties, last = needed, largest(ties, needed)
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
