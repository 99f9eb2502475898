"""Kernels of multi-index hashing: lookups by chunks of a code, and distances to the codes found.

Words are read with the first bit highest, so that bit ``i`` of a code is bit ``i`` from the top of its words, and a
chunk of consecutive bits is a number.
"""

# Compiled into this file, unseen by Numba's cache: sources 18ee557db5ce5e7b

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit

from sklearn_hash._hamming._layout import words_of
from sklearn_hash._hamming._simd import GROUP, below_mask, load_word, lowest_bit, population
from sklearn_hash._hamming._sort_keys import bit_length, copy_keys, room_for, sort_keys, split_keys
from sklearn_hash._hamming._threads import effective_threads, even_ranges, map_threads

__all__ = ["ChunkTables", "build_tables", "rows_within"]

_TILE = 256  # queries per task
_LANE = np.uint64(0)  # any value of the word type


class ChunkTables(NamedTuple):
    """Tables of the first chunks of bits; each has all codes in the order of the value of the chunk."""

    n_rows: int
    edges: np.ndarray  # chunk c has the bits from edges[c] to edges[c + 1]
    masks: np.ndarray  # words with the bits of each chunk set, and words with all bits set
    first: np.ndarray  # index of the first bucket of each chunk in starts
    starts: np.ndarray  # bucket b of chunk c has the places starts[first[c] + b] to starts[first[c] + b + 1]
    rows: np.ndarray  # rows in the order of the buckets, chunk by chunk
    codes: np.ndarray  # words of these rows, and a spare group that the last vectors read

    @property
    def nbytes(self) -> int:
        """Number of bytes of all arrays."""
        return sum(part.nbytes for part in self if isinstance(part, np.ndarray))


def build_tables(packed: np.ndarray, edges: np.ndarray, n_chunks: int) -> ChunkTables:
    """Build tables of the first ``n_chunks`` of the chunks between the edges."""
    n, words = len(packed), _ordered_words(packed)
    sizes = (1 << np.diff(edges[: n_chunks + 1])) + 1
    first = np.concatenate([[0], np.cumsum(sizes)])
    row_type = np.uint32 if n < 2**32 else np.uint64
    starts = np.zeros(first[-1], row_type)
    rows = np.empty(n_chunks * n, row_type)
    codes = np.zeros((n_chunks * n + GROUP, words.shape[1]), words.dtype)
    for chunk in range(n_chunks):
        buckets, part = starts[first[chunk] : first[chunk + 1]], slice(chunk * n, (chunk + 1) * n)
        _fill_table(words, edges[chunk], edges[chunk + 1], buckets, rows[part], codes[part])
    return ChunkTables(n, edges, _masks(edges, packed.shape[1]), first, starts, rows, codes)


def _masks(edges, n_bytes):
    """Return words with the bits of each chunk set, and a last row of words with all bits set."""
    bits = np.arange(8 * n_bytes)
    within = (edges[:-1, None] <= bits) & (bits < edges[1:, None])
    return _ordered_words(np.packbits(np.vstack([within, bits >= 0]), axis=1))


def rows_within(tables, packed_queries, radius, radii, where, n_jobs):
    """Return ``(indptr, distances, rows)`` of the rows within the radius of every query, ordered by (distance, row).

    ``radii`` holds the radius of the lookups in each chunk. The sum of ``radii + 1`` exceeds ``radius``, so that a code
    within ``radius`` is within the radius of at least one chunk.
    """
    queries = _ordered_words(packed_queries)
    where = np.array([] if where is None else where, bool)
    changes = [_changes(int(width), int(most)) for width, most in zip(np.diff(tables.edges), radii, strict=False)]
    chunks = np.repeat(np.arange(len(radii)), [len(part) for part in changes])
    flips = np.concatenate(changes)
    row_bits, n_threads = bit_length(tables.n_rows), effective_threads(n_jobs)
    lengths = np.zeros(len(queries), np.int64)
    parts = even_ranges(len(queries), _TILE, at_least=n_threads)

    def scan(part):
        start, stop = part
        return _scan(tables, queries, start, stop, radius, radii, flips, chunks, where, lengths)

    found = map_threads(scan, parts, n_threads)
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    distances, rows = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.int64)
    for start, stop in parts:
        span = slice(indptr[start], indptr[stop])
        split_keys(found.pop(0), row_bits, distances[span], rows[span])
    return indptr, distances, rows


def _ordered_words(packed):
    """Return packed codes as words of 64 bits with the first bit highest, of shape (n, n_words)."""
    return words_of(packed).view(">u8").astype(np.uint64)


@lru_cache(maxsize=16)
def _changes(width, most):
    """Return all masks of at most ``most`` bits of a chunk."""
    changes = np.arange(1 << width, dtype=np.uint64)
    return changes[np.bitwise_count(changes) <= most]


@njit(cache=True, nogil=True)
def _chunk(words, row, start, stop):
    """Return the bits from ``start`` to ``stop`` of one row as a number."""
    word, spare = start // 64, 64 - start % 64 - (stop - start)
    lowest = (np.uint64(1) << np.uint64(stop - start)) - np.uint64(1)
    here = words[row, word]
    if spare >= 0:
        return (here >> np.uint64(spare)) & lowest
    # The chunk extends into the next word.
    after = words[row, word + 1] >> np.uint64(64 + spare)
    return (here << np.uint64(-spare) | after) & lowest


@njit(cache=True, nogil=True)
def _fill_table(words, start, stop, starts, rows, codes):
    """Sort the rows by a chunk with a stable counting sort."""
    keys = np.empty(len(words), np.uint32)
    ends = np.zeros(len(starts), np.int64)
    for row in range(len(words)):
        keys[row] = _chunk(words, row, start, stop)
        ends[keys[row] + 1] += 1
    for bucket in range(1, len(ends)):
        ends[bucket] += ends[bucket - 1]
    copy_keys(ends, starts, len(ends))
    for row in range(len(words)):
        place = ends[keys[row]]
        ends[keys[row]] += 1
        rows[place] = row
        codes[place] = words[row]


@njit(cache=True, nogil=True)
def _scan(tables, queries, first_query, last_query, radius, radii, flips, chunks, where, lengths):
    """Return the keys of the rows within the radius of some queries, and write the number of rows of each query."""
    keys, spare = np.empty(1024, np.uint64), np.empty(1024, np.uint64)
    starts, stops = np.empty(len(flips), np.int64), np.empty(len(flips), np.int64)
    n_words, filtered = queries.shape[1], len(where) > 0
    row_bits, row_bytes = bit_length(tables.n_rows), n_words * 8
    address, masks = np.int64(queries.ctypes.data), np.int64(tables.masks.ctypes.data)
    all_bits = masks + (len(tables.masks) - 1) * row_bytes
    codes = np.int64(tables.codes.ctypes.data)
    size = 0
    for i in range(first_query, last_query):
        n_candidates = _find_buckets(tables, queries, i, flips, chunks, starts, stops)
        keys = room_for(keys, size, n_candidates)
        before, query = size, address + i * row_bytes
        for lookup in range(len(flips)):
            for first in range(starts[lookup], stops[lookup], GROUP):
                group = codes + first * row_bytes
                hits = _hits(group, stops[lookup] - first, query, all_bits, radius, n_words)
                while hits != 0:
                    place = lowest_bit(hits)
                    hits &= hits - np.uint64(1)
                    code = group + place * row_bytes
                    if _found_before(chunks[lookup], code, query, masks, radii, n_words):
                        continue
                    row = tables.rows[first + place]
                    if filtered and not where[row]:
                        continue
                    distance = _masked_distance(code, query, all_bits, n_words)
                    keys[size] = np.uint64(distance) << np.uint64(row_bits) | np.uint64(row)
                    size += 1
        lengths[i] = size - before
        if size > before + 1:
            spare = room_for(spare, 0, lengths[i])
            sort_keys(keys[before:size], spare, row_bits + bit_length(radius))
    return keys[:size]


@njit(cache=True, nogil=True)
def _find_buckets(tables, queries, i, flips, chunks, starts, stops):
    """Write the start and stop of the bucket of every lookup of a query, and return their total number of codes."""
    n_candidates = np.int64(0)
    for lookup in range(len(flips)):
        chunk = chunks[lookup]
        value = _chunk(queries, i, tables.edges[chunk], tables.edges[chunk + 1])
        bucket = tables.first[chunk] + np.int64(value ^ flips[lookup])
        starts[lookup] = chunk * tables.n_rows + np.int64(tables.starts[bucket])
        stops[lookup] = chunk * tables.n_rows + np.int64(tables.starts[bucket + 1])
        n_candidates += stops[lookup] - starts[lookup]
    return n_candidates


@njit(cache=True, nogil=True)
def _hits(codes, count, query, all_bits, radius, n_words):
    """Return a bit mask of those of the first 64 of ``count`` codes at an address that are within the radius."""
    if n_words == 1:  # 64 consecutive words have the layout of a group of the flat scan
        hits = below_mask(codes, query, 1, radius + 1, (_LANE,))
        return hits if count >= GROUP else hits & ((np.uint64(1) << np.uint64(count)) - np.uint64(1))
    hits = np.uint64(0)
    for place in range(min(count, GROUP)):
        distance = _masked_distance(codes + place * n_words * 8, query, all_bits, n_words)
        hits |= np.uint64(distance <= radius) << np.uint64(place)
    return hits


@njit(cache=True, nogil=True)
def _masked_distance(code, query, mask, n_words):
    """Count the differing bits of the codes at two addresses among the bits set in the mask at a third address."""
    distance = 0
    for offset in range(0, 8 * n_words, 8):
        differing = load_word(code + offset, _LANE) ^ load_word(query + offset, _LANE)
        distance += population(differing & load_word(mask + offset, _LANE))
    return distance


@njit(cache=True, nogil=True)
def _found_before(chunk, code, query, masks, radii, n_words):
    """Return whether the lookup in an earlier chunk has found the same code."""
    for earlier in range(chunk):
        mask = masks + earlier * n_words * 8
        if _masked_distance(code, query, mask, n_words) <= radii[earlier]:
            return True
    return False
