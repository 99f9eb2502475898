"""Leader groups of codes: a row joins the earliest leader within the radius, or becomes a leader if there is none.

The leaders are stored in a table of buckets for each mask. Rows are processed in batches: threads compare every row
with the leaders from before its batch; rows without a match are then compared, in order, with the leaders of the batch.
"""

# Compiled into this file, unseen by Numba's cache: sources 0eebaed936146da5

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numba import njit

from sklearn_hash._hamming._components import bucket_bits, row_type
from sklearn_hash._hamming._components_kernels import (
    GROUP,
    count_buckets,
    fold_words,
    lowest_bit,
    masked_key,
    near_places,
    row_distance,
)
from sklearn_hash._hamming._components_masks import choose_masks
from sklearn_hash._hamming._threads import effective_threads, even_ranges, map_threads

__all__ = ["leaders_of_codes"]

_BATCH = 1 << 14  # rows
_TASK = 1 << 10
_MOST_MASKS = 16  # each takes 12 bytes per row


class LeaderTables(NamedTuple):
    """Leaders so far, in buckets for every mask."""

    masks: np.ndarray
    starts: np.ndarray  # bucket b of mask m begins at place starts[m, b]
    sizes: np.ndarray  # and has sizes[m, b] leaders, in order
    rows: np.ndarray
    folded: np.ndarray


def leaders_of_codes(
    words: np.ndarray, n_bits: int, radius: int, n_jobs: int | None = None, progress: Callable | None = None
) -> np.ndarray:
    """Return the leader of every row.

    Parameters
    ----------
    words : ndarray of shape (n, n_words), uint64
        Distinct codes, in the order in which they may become leaders.
    n_bits : int
    radius : int
        Largest distance from a leader.
    n_jobs : int, optional
    progress : callable, optional
        Called with the number of rows done since the last call and the number of all rows.

    Returns
    -------
    leaders : ndarray of shape (n,), uint32 or uint64
    """
    leaders = np.zeros(len(words), row_type(len(words)))
    if radius >= n_bits:
        return leaders
    masks, _ = choose_masks(words, n_bits, radius, most_masks=_MOST_MASKS)
    tables = _empty_tables(words, masks)
    n_threads = effective_threads(n_jobs)
    seen = np.empty((_BATCH, len(masks)), leaders.dtype)
    for start in range(0, len(words), _BATCH):
        stop = min(start + _BATCH, len(words))
        parts = even_ranges(stop - start, _TASK, at_least=n_threads)

        def match(part, start=start):
            _match_rows(words, tables, start, *part, radius, leaders, seen)

        map_threads(match, parts, n_threads)
        _admit_rows(words, tables, start, stop, radius, leaders, seen)
        if progress:
            progress(stop - start, n_all=len(words))
    return leaders


def _empty_tables(words, masks):
    """Return empty tables with room for all rows."""
    n, n_key_bits = len(words), bucket_bits(len(words))
    counts = np.empty((len(masks), 1 << n_key_bits), row_type(n))
    for mask, row in zip(masks, counts, strict=True):
        count_buckets(words, mask, n_key_bits, 0, len(row), row)
    starts = np.cumsum(counts, axis=1, dtype=counts.dtype) - counts
    rows, folded = np.empty((len(masks), n), counts.dtype), np.zeros((len(masks), n + GROUP), np.uint64)
    return LeaderTables(masks, starts, np.zeros_like(counts), rows, folded)


@njit(cache=True, nogil=True)
def _key_bits(tables):
    n_bits = 0
    while tables.sizes.shape[1] >> (n_bits + 1):
        n_bits += 1
    return n_bits


@njit(cache=True, nogil=True)
def _match_rows(words, tables, batch, first, last, radius, leaders, seen):
    """Compare rows of a batch with the leaders; a row without a match gets itself as leader for now."""
    query, n_key_bits = np.empty(1, np.uint64), _key_bits(tables)
    for index in range(first, last):
        row = batch + index
        query[0], best = fold_words(words, row), row
        for turn in range(len(tables.masks)):
            bucket = masked_key(words, row, tables.masks[turn], n_key_bits)
            seen[index, turn] = tables.sizes[turn, bucket]
            best = _earliest(words, tables, turn, bucket, np.int64(0), row, query, radius, best)
        leaders[row] = best


@njit(cache=True, nogil=True)
def _admit_rows(words, tables, first, last, radius, leaders, seen):
    """Compare rows without a match with the leaders of their batch, and add those without a match as leaders."""
    query, n_key_bits = np.empty(1, np.uint64), _key_bits(tables)
    buckets = np.empty(len(tables.masks), np.int64)
    for row in range(first, last):
        if leaders[row] != row:
            continue
        query[0], best = fold_words(words, row), row
        for turn in range(len(tables.masks)):
            buckets[turn] = masked_key(words, row, tables.masks[turn], n_key_bits)
            known = np.int64(seen[row - first, turn])
            best = _earliest(words, tables, turn, buckets[turn], known, row, query, radius, best)
        leaders[row] = best
        if best == row:
            for turn in range(len(tables.masks)):
                place = tables.starts[turn, buckets[turn]] + tables.sizes[turn, buckets[turn]]
                tables.sizes[turn, buckets[turn]] += 1
                tables.rows[turn, place] = row
                tables.folded[turn, place] = query[0]


@njit(cache=True, nogil=True)
def _earliest(words, tables, turn, bucket, known, row, query, radius, best):
    """Return the earliest leader within the radius after the first ``known`` of a bucket, or ``best`` if none is."""
    start = np.int64(tables.starts[turn, bucket])
    stop = start + np.int64(tables.sizes[turn, bucket])
    rows, folded = tables.rows[turn], tables.folded[turn]
    for group in range(start + known, stop, GROUP):
        hits = near_places(folded, group, stop - group, query, 0, radius)
        while hits != 0:
            leader = np.int64(rows[group + lowest_bit(hits)])
            hits &= hits - np.uint64(1)
            if leader >= best:
                return best
            if words.shape[1] == 1 or row_distance(words, row, leader) <= radius:
                return leader
    return best
