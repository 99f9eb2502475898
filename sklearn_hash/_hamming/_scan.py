"""Kernels of the flat scan: a tile of queries against a range of codes, block by block."""

# Compiled into this file, unseen by Numba's cache: sources ccab5c136c4fe4d3

import numpy as np
from numba import njit

from sklearn_hash._hamming._layout import fill_block
from sklearn_hash._hamming._simd import (
    CHUNK,
    GROUP,
    below_mask,
    code_distance,
    group_minima,
    groups_below,
    known_words,
    lowest_bit,
    word_bytes,
)

__all__ = ["nearest_of_tile", "place_found", "within_radius_of_tile"]

# A candidate is one integer, the distance in the bits above the position.
_SHIFT = 44
_POSITION = (1 << _SHIFT) - 1
# State of a query: its limit, how many candidates are nearer, how many candidates are kept.
_LIMIT, _NEARER, _USED = range(3)
_SAMPLED_PER_NEIGHBOR = 512
_LEAST_STRIDE = 4
_AFTER_GROUP = np.uint64(2**64 - 2**16)
_MIN_SAMPLED_GROUPS = 4


@njit(cache=True, nogil=True)
def nearest_of_tile(packed, n_bytes, rows, start, stop, queries, shape, k, scratch, distances, positions):
    """Write the ``k`` nearest codes of every query, by (distance, position).

    Each query keeps its k-th least distance so far as a limit: as positions only grow, a code is a candidate
    exactly if it is nearer than that, and never displaces an equal one.
    """
    n_queries = len(queries)
    words = known_words(queries.shape[1], shape)
    lane = queries[0, 0]
    block = scratch.ctypes.data
    block_size = scratch.size // (words * word_bytes(lane))
    group_bytes = GROUP * words * word_bytes(lane)
    chunk_bytes = CHUNK // GROUP * group_bytes
    states = np.zeros((n_queries, 3), np.int64)
    states[:, _LIMIT] = 8 * n_bytes + 1
    counts = np.zeros((n_queries, 8 * n_bytes + 2), np.int64)
    candidates = np.empty((n_queries, 2 * k + GROUP), np.int64)
    _bound_by_sample(packed, n_bytes, rows, start, stop, queries, shape, k, scratch, counts, states)
    for first in range(start, stop, block_size):
        size = min(block_size, stop - first)
        n_chunks = fill_block(packed, n_bytes, rows, first, size, words, block, lane, shape)
        for query in range(n_queries):
            address = _query_address(queries, query)
            limit = states[query, _LIMIT]
            for chunk in range(n_chunks if limit else 0):
                codes = block + chunk * chunk_bytes
                groups = groups_below(codes, address, words, limit, shape)
                while groups:
                    group = lowest_bit(groups) >> 4
                    groups &= _AFTER_GROUP << np.uint64(group << 4)
                    here = codes + group * group_bytes
                    mask = below_mask(here, address, words, limit, shape)
                    position = chunk * CHUNK + group * GROUP
                    limit = _accept_group(
                        here,
                        mask,
                        first + position,
                        size - position,
                        address,
                        words,
                        lane,
                        k,
                        query,
                        states,
                        counts,
                        candidates,
                    )
        if not states[:, _LIMIT].any():
            break
    for query in range(n_queries):
        limit, used = states[query, _LIMIT], states[query, _USED]
        _sort_candidates(candidates[query, :used], counts[query], limit, distances[query], positions[query])


@njit
def _query_address(queries, query):
    return queries.ctypes.data + query * queries.shape[1] * word_bytes(queries[0, 0])


@njit(forceinline=True)
def _accept_group(group, mask, first, size, address, words, lane, k, query, states, counts, candidates):
    """Append the candidates that the mask names; lower the limit to the k-th least distance and return it."""
    limit = states[query, _LIMIT]
    nearer = states[query, _NEARER]
    used = states[query, _USED]
    while mask:
        place = lowest_bit(mask)
        mask &= mask - np.uint64(1)
        distance = code_distance(group, place, address, words, lane)
        if distance >= limit or place >= size:
            continue
        if used == candidates.shape[1]:
            used = _drop_displaced(candidates[query], counts[query], limit, k - nearer)
        candidates[query, used] = (distance << _SHIFT) | (first + place)
        used += 1
        counts[query, distance] += 1
        nearer += 1
        while nearer >= k:
            limit -= 1
            nearer -= counts[query, limit]
    states[query, _LIMIT] = limit
    states[query, _NEARER] = nearer
    states[query, _USED] = used
    return limit


@njit
def _drop_displaced(candidates, counts, limit, ties):
    """Keep the candidates nearer than the limit and the first ``ties`` at it; return how many are kept."""
    kept = 0
    counts[limit] = ties
    for candidate in candidates:
        distance = candidate >> _SHIFT
        if distance < limit or (distance == limit and ties > 0):
            ties -= distance == limit
            candidates[kept] = candidate
            kept += 1
    return kept


@njit
def _sort_candidates(candidates, counts, limit, distances, positions):
    """Stable counting sort of the candidates up to the limit, cut to the length of the output."""
    after = 0
    for distance in range(limit + 1):
        count = counts[distance]
        counts[distance] = after
        after += count
    for candidate in candidates:
        distance = candidate >> _SHIFT
        if distance <= limit:
            place = counts[distance]
            counts[distance] += 1
            if place < positions.size:
                distances[place] = distance
                positions[place] = candidate & _POSITION


@njit
def _bound_by_sample(packed, n_bytes, rows, start, stop, queries, shape, k, scratch, counts, states):
    """Start every limit from runs of codes sampled at even strides.

    The least distances at each of a group's 64 places over a run belong to 64 different codes, so the k-th least
    of all runs' minima is an upper bound of the k-th least distance, for the cost of a scan without branches.
    """
    words = known_words(queries.shape[1], shape)
    lane = queries[0, 0]
    n = stop - start
    block = scratch.ctypes.data
    block_groups = scratch.size // (GROUP * words * word_bytes(lane))
    sampled_groups = min(k * _SAMPLED_PER_NEIGHBOR, n // _LEAST_STRIDE) // GROUP
    runs = max(-(-sampled_groups // block_groups), 3 * k // GROUP + 1)
    groups = sampled_groups // runs
    if groups < _MIN_SAMPLED_GROUPS:
        return
    minima = np.empty(GROUP, queries.dtype)
    for run in range(runs):
        first = start + run * (n // runs)
        fill_block(packed, n_bytes, rows, first, groups * GROUP, words, block, lane, shape)
        for query in range(len(queries)):
            group_minima(block, groups, _query_address(queries, query), words, minima.ctypes.data, shape)
            for minimum in minima:
                counts[query, minimum] += 1
    for query in range(len(queries)):
        limit = 0
        seen = counts[query, 0]
        while seen < k:
            limit += 1
            seen += counts[query, limit]
        states[query, _LIMIT] = limit + 1
        counts[query] = 0


@njit(cache=True, nogil=True)
def within_radius_of_tile(packed, n_bytes, rows, start, stop, queries, shape, radius, scratch, counts):
    """Collect every code within an inclusive radius of each query.

    Adds to ``counts``, (queries, distances), how many lie at each distance. Returns one integer for each, in order
    of position for any query: ``query * distances + distance``, which numbers the counts, above the position.
    """
    n_queries = len(queries)
    words = known_words(queries.shape[1], shape)
    lane = queries[0, 0]
    block = scratch.ctypes.data
    group_bytes = GROUP * words * word_bytes(lane)
    chunk_bytes = CHUNK // GROUP * group_bytes
    block_size = scratch.size // group_bytes * GROUP
    found = np.empty(2 * block_size, np.int64)
    n_found = 0
    for first in range(start, stop, block_size):
        size = min(block_size, stop - first)
        n_chunks = fill_block(packed, n_bytes, rows, first, size, words, block, lane, shape)
        for query in range(n_queries):
            if n_found + size > found.size:
                found = _doubled(found, n_found)
            address = _query_address(queries, query)
            for chunk in range(n_chunks):
                codes = block + chunk * chunk_bytes
                groups = groups_below(codes, address, words, radius + 1, shape)
                while groups:
                    group = lowest_bit(groups) >> 4
                    groups &= _AFTER_GROUP << np.uint64(group << 4)
                    here = codes + group * group_bytes
                    position = chunk * CHUNK + group * GROUP
                    mask = below_mask(here, address, words, radius + 1, shape)
                    while mask:
                        place = lowest_bit(mask)
                        mask &= mask - np.uint64(1)
                        if position + place < size:
                            distance = code_distance(here, place, address, words, lane)
                            counts[query, distance] += 1
                            key = query * counts.shape[1] + distance
                            found[n_found] = (key << _SHIFT) | (first + position + place)
                            n_found += 1
    return found[:n_found]


@njit
def _doubled(array, used):
    larger = np.empty(2 * array.size, array.dtype)
    larger[:used] = array[:used]
    return larger


@njit(cache=True, nogil=True)
def place_found(found, cursors, rows, distances, positions):
    """Write collected codes to their places: ``cursors`` holds where each (query, distance) starts."""
    n_distances = cursors.shape[1]
    flat = cursors.reshape(-1)
    for entry in found:
        key = entry >> _SHIFT
        place = flat[key]
        flat[key] += 1
        position = entry & _POSITION
        distances[place] = key % n_distances
        positions[place] = rows[position] if rows.size else position
