"""Kernels of the flat scan: a tile of queries against codes in the layout of :mod:`._layout`, block by block."""

# Compiled into this file, unseen by Numba's cache: sources ab91c8e35e63f1c5

import numpy as np
from numba import njit

from sklearn_hash._hamming._candidates import POSITION, SHIFT, accept
from sklearn_hash._hamming._layout import arranged
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
from sklearn_hash._hamming._sort_keys import copy_keys

__all__ = ["count_minima", "nearest_of_tile", "place_found", "within_radius_of_tile"]

_AFTER_GROUP = np.uint64(2**64 - 2**16)


@njit(cache=True, nogil=True)
def nearest_of_tile(queries, shape, k, states, counts, candidates, scratch, codes, first, end, in_place):
    """Collect as candidates the codes at positions from ``first`` to ``end`` that are nearer than the limit of a query.

    ``codes`` is the address of the code at ``first``, in whole chunks. See :mod:`._candidates` for other parameters.
    """
    lane = queries[0, 0]
    words = known_words(queries.shape[1], shape)
    query_bytes = queries.shape[1] * word_bytes(lane)
    group_bytes = GROUP * words * word_bytes(lane)
    block_size = scratch.size // group_bytes * GROUP
    for start in range(first, end, block_size):
        n_chunks = (min(block_size, end - start) + CHUNK - 1) // CHUNK
        block = arranged(
            codes + (start - first) // GROUP * group_bytes, n_chunks, words, lane, shape, scratch, in_place
        )
        n_unfinished = 0
        for query in range(len(queries)):
            address = queries.ctypes.data + query * query_bytes
            limit = states[query, 0]
            n_unfinished += limit != 0
            for chunk in range(n_chunks if limit else 0):
                groups = groups_below(block + 4 * chunk * group_bytes, address, words, limit, shape)
                while groups:
                    group = lowest_bit(groups) >> 4
                    groups &= _AFTER_GROUP << np.uint64(group << 4)
                    group += 4 * chunk
                    mask = below_mask(block + group * group_bytes, address, words, limit, shape)
                    while mask:
                        place = lowest_bit(mask)
                        mask &= mask - np.uint64(1)
                        distance = code_distance(block + group * group_bytes, place, address, words, lane)
                        position = start + group * GROUP + place
                        if distance < limit and position < end:
                            limit = accept(distance, position, query, k, states, counts, candidates)
        if n_unfinished == 0:
            break


@njit(cache=True, nogil=True)
def count_minima(codes, n_groups, queries, shape, counts, minima, scratch, in_place):
    """Count by distance the least distances at each of the 64 places of a group over consecutive groups."""
    lane = queries[0, 0]
    words = known_words(queries.shape[1], shape)
    block = arranged(codes, (n_groups + 3) // 4, words, lane, shape, scratch, in_place)
    for query in range(len(queries)):
        address = queries.ctypes.data + query * words * word_bytes(lane)
        group_minima(block, n_groups, address, words, minima.ctypes.data, shape)
        for minimum in minima:
            counts[query, minimum] += 1


@njit(cache=True, nogil=True)
def within_radius_of_tile(queries, shape, radius, counts, scratch, codes, first, end, in_place):
    """Collect every code at positions from ``first`` to ``end`` within an inclusive radius of each query.

    The numbers of codes at each distance are added to ``counts``, of shape (queries, distances). One integer per code
    is returned, in the order of positions for each query: the index ``query * distances + distance`` of its count in
    the bits above the position.
    """
    lane = queries[0, 0]
    words = known_words(queries.shape[1], shape)
    query_bytes = queries.shape[1] * word_bytes(lane)
    group_bytes = GROUP * words * word_bytes(lane)
    block_size = scratch.size // group_bytes * GROUP
    found = np.empty(2 * block_size, np.int64)
    n_found = 0
    for start in range(first, end, block_size):
        n_chunks = (min(block_size, end - start) + CHUNK - 1) // CHUNK
        block = arranged(
            codes + (start - first) // GROUP * group_bytes, n_chunks, words, lane, shape, scratch, in_place
        )
        for query in range(len(queries)):
            if n_found + block_size > found.size:
                larger = np.empty(2 * found.size, np.int64)
                copy_keys(found, larger, n_found)
                found = larger
            address = queries.ctypes.data + query * query_bytes
            for chunk in range(n_chunks):
                groups = groups_below(block + 4 * chunk * group_bytes, address, words, radius + 1, shape)
                while groups:
                    group = lowest_bit(groups) >> 4
                    groups &= _AFTER_GROUP << np.uint64(group << 4)
                    group += 4 * chunk
                    mask = below_mask(block + group * group_bytes, address, words, radius + 1, shape)
                    while mask:
                        place = lowest_bit(mask)
                        mask &= mask - np.uint64(1)
                        position = start + group * GROUP + place
                        if position < end:
                            distance = code_distance(block + group * group_bytes, place, address, words, lane)
                            counts[query, distance] += 1
                            found[n_found] = ((query * counts.shape[1] + distance) << SHIFT) | position
                            n_found += 1
    return found[:n_found]


@njit(cache=True, nogil=True)
def place_found(found, cursors, rows, distances, positions):
    """Write collected codes to their places; ``cursors`` holds the start of each (query, distance)."""
    n_distances = cursors.shape[1]
    flat = cursors.reshape(-1)
    for entry in found:
        key = entry >> SHIFT
        place = flat[key]
        flat[key] += 1
        position = entry & POSITION
        distances[place] = key % n_distances
        positions[place] = rows[position] if rows.size else position
