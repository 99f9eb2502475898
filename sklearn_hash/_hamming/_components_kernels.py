"""Compiled self-join: codes are sorted into buckets by the bits of a mask, and pairs are searched in each bucket."""

# Compiled into this file, unseen by Numba's cache: sources 84fb8a341482ca52

from typing import NamedTuple

import numpy as np
from numba import njit

from sklearn_hash._hamming._components_union_find import find, unite
from sklearn_hash._hamming._simd import GROUP, below_mask, lowest_bit, population
from sklearn_hash._hamming._sort_keys import bit_length, room_for, sort_keys

__all__ = [
    "GROUP",
    "Buckets",
    "row_distance",
    "count_buckets",
    "fill_buckets",
    "fold_words",
    "lowest_bit",
    "masked_key",
    "near_places",
    "number_by_first",
    "order_buckets",
    "scan_places",
]

_TILE = 64  # places
_BLOCK = 4096  # places, whose folded codes fit the first-level cache
_LARGE = 1024  # places; comparing all pairs of a larger bucket takes longer than sorting it by component
_ODD = np.uint64(0x9E3779B97F4A7C15)
_LANE = np.uint64(0)  # any value of the word type


class Buckets(NamedTuple):
    """Rows in the order of their buckets."""

    starts: np.ndarray  # bucket b holds places starts[b] to starts[b + 1]
    rows: np.ndarray
    folded: np.ndarray  # xor of the words of a row, whose distance is at most that of the codes; plus a spare group
    begin: np.ndarray  # first later place with which each place is compared


@njit(cache=True, nogil=True)
def masked_key(words, row, mask, n_key_bits):
    """Return a hash of ``n_key_bits`` bits of the bits of a row that are set in a mask."""
    key = np.uint64(0)
    for word in range(words.shape[1]):
        key = (key ^ (key >> np.uint64(32)) ^ (words[row, word] & mask[word])) * _ODD
    key = (key ^ (key >> np.uint64(32))) * _ODD
    return np.int64(key >> np.uint64(64 - n_key_bits))


@njit(cache=True, nogil=True)
def fold_words(words, row):
    """Return the xor of the words of a row."""
    folded = np.uint64(0)
    for word in range(words.shape[1]):
        folded ^= words[row, word]
    return folded


@njit(cache=True, nogil=True)
def count_buckets(words, mask, n_key_bits, first, last, counts):
    """Count the rows of the buckets ``first`` to ``last``."""
    counts[first:last] = 0
    for row in range(len(words)):
        key = masked_key(words, row, mask, n_key_bits)
        if first <= key < last:
            counts[key] += 1


@njit(cache=True, nogil=True)
def fill_buckets(words, mask, n_key_bits, first, last, buckets):
    """Fill the buckets ``first`` to ``last``, with the rows of a bucket in order."""
    ends = buckets.starts[first:last].copy()
    for row in range(len(words)):
        key = masked_key(words, row, mask, n_key_bits)
        if first <= key < last:
            place = ends[key - first]
            ends[key - first] += 1
            buckets.rows[place] = row
            buckets.folded[place] = fold_words(words, row)
            buckets.begin[place] = place + 1


@njit(cache=True, nogil=True)
def order_buckets(words, buckets, parents, first, last):
    """Sort the rows of large buckets by component, so that pairs of the same component are skipped."""
    starts, rows, folded, begin = buckets
    keys, spare, row_bits = np.empty(0, np.uint64), np.empty(0, np.uint64), bit_length(len(parents))
    for bucket in range(first, last):
        start, size = np.int64(starts[bucket]), np.int64(starts[bucket + 1] - starts[bucket])
        if size < _LARGE:
            continue
        keys, spare = room_for(keys, 0, size), room_for(spare, 0, size)
        for index in range(size):
            row = rows[start + index]
            keys[index] = np.uint64(find(parents, row)) << np.uint64(row_bits) | np.uint64(row)
        sort_keys(keys[:size], spare, 2 * row_bits)
        behind = np.int64(size)
        for index in range(size - 1, -1, -1):
            row = keys[index] & ((np.uint64(1) << np.uint64(row_bits)) - np.uint64(1))
            if index + 1 < size and keys[index] >> np.uint64(row_bits) != keys[index + 1] >> np.uint64(row_bits):
                behind = np.int64(index + 1)
            rows[start + index] = row
            folded[start + index] = fold_words(words, row)
            begin[start + index] = start + behind


@njit(cache=True, nogil=True)
def scan_places(words, buckets, first, last, radius, parents, masks, listed):
    """Compare the rows at places ``first`` to ``last`` with later rows in the same bucket.

    The components of rows within the radius are united. If ``listed``, the pairs that agree on the last of the
    ``masks`` and on no earlier one are returned instead, as keys with the smaller row above the bits of the larger.
    """
    keys, size = np.empty(1024 if listed else 0, np.uint64), 0
    bucket = np.searchsorted(buckets.starts, first, side="right") - 1
    place = first
    while place < last:
        while buckets.starts[bucket + 1] <= place:
            bucket += 1
        stop = int(buckets.starts[bucket + 1])
        tile = min(stop, last, place + _TILE)
        for block in range(int(buckets.begin[place]), stop, _BLOCK):
            block_stop = min(block + _BLOCK, stop)
            if listed:
                keys = room_for(keys, size, (tile - place) * (block_stop - block))
            for query in range(place, tile):
                begin = max(block, int(buckets.begin[query]))
                if listed:
                    size = _list_pairs(words, buckets, query, begin, block_stop, radius, masks, keys, size)
                else:
                    _unite_pairs(words, buckets, query, begin, block_stop, radius, parents)
        place = tile
    return keys[:size]


@njit(cache=True, nogil=True)
def near_places(folded, start, count, queries, query, radius):
    """Return a bit mask of the first 64 of ``count`` folded codes that are within the radius of that of a query."""
    codes, address = np.int64(folded.ctypes.data), np.int64(queries.ctypes.data)
    hits = below_mask(codes + start * 8, address + query * 8, 1, radius + 1, (_LANE,))
    return hits if count >= GROUP else hits & ((np.uint64(1) << np.uint64(count)) - np.uint64(1))


@njit(cache=True, nogil=True)
def row_distance(words, row, other):
    """Return the number of differing bits of two rows."""
    distance = 0
    for word in range(words.shape[1]):
        distance += population(words[row, word] ^ words[other, word])
    return distance


@njit(cache=True, nogil=True)
def _unite_pairs(words, buckets, query, begin, stop, radius, parents):
    row = buckets.rows[query]
    for start in range(begin, stop, GROUP):
        hits = near_places(buckets.folded, start, stop - start, buckets.folded, query, radius)
        while hits != 0:
            other = buckets.rows[start + lowest_bit(hits)]
            hits &= hits - np.uint64(1)
            if words.shape[1] == 1 or row_distance(words, row, other) <= radius:
                unite(parents, row, other)


@njit(cache=True, nogil=True)
def _list_pairs(words, buckets, query, begin, stop, radius, masks, keys, size):
    row, row_bits = buckets.rows[query], bit_length(len(words))
    for start in range(begin, stop, GROUP):
        hits = near_places(buckets.folded, start, stop - start, buckets.folded, query, radius)
        while hits != 0:
            other = buckets.rows[start + lowest_bit(hits)]
            hits &= hits - np.uint64(1)
            if row_distance(words, row, other) <= radius and _first_agreed(words, row, other, masks) == len(masks) - 1:
                low, high = min(row, other), max(row, other)
                keys[size] = np.uint64(low) << np.uint64(row_bits) | np.uint64(high)
                size += 1
    return size


@njit(cache=True, nogil=True)
def _first_agreed(words, row, other, masks):
    """Return the first mask on whose bits two rows agree, or the number of masks if there is none."""
    for turn in range(len(masks)):
        differing = np.uint64(0)
        for word in range(words.shape[1]):
            differing |= (words[row, word] ^ words[other, word]) & masks[turn, word]
        if differing == 0:
            return turn
    return len(masks)


@njit(cache=True, nogil=True)
def number_by_first(values, n_values):
    """Number the values from 0 in the order of first occurrence; return the numbers and the first occurrences."""
    numbers, first = np.full(n_values, -1, np.int64), np.empty(n_values, np.int64)
    labels, size = np.empty(len(values), np.int64), 0
    for row in range(len(values)):
        value = values[row]
        if numbers[value] < 0:
            numbers[value] = size
            first[size] = row
            size += 1
        labels[row] = numbers[value]
    return labels, first[:size].copy()
