"""Measures of a ranking by (distance, row), computed without sorting."""

# Compiled into this file, unseen by Numba's cache: sources 574d8e2b70335bfd

import numpy as np
from numba import njit

from sklearn_hash._hamming._histogram import BLOCK, find_cells
from sklearn_hash._hamming._threads import effective_threads, even_ranges, map_threads

__all__ = ["index_order_gain", "index_order_precision"]

_TILE = 8  # queries per task


def index_order_precision(queries, codes, relevant, n_bits, k, excluded, n_jobs=None):
    """Compute the average precision at k of queries with the same relevant rows.

    Parameters
    ----------
    queries : ndarray of shape (n_words, n_queries), uint64
    codes : ndarray of shape (n_words, n_codes), uint64
    relevant : ndarray of shape (n_codes,), bool
    n_bits, k : int
    excluded : ndarray of shape (n_queries,), intp
        Row that each query skips, or -1.
    n_jobs : int, optional

    Returns
    -------
    scores : ndarray of shape (n_queries,)
        Average precision; 0 if no relevant row is among the first k.
    """

    def score(queries, excluded, out):
        _precision_tile(queries, codes, relevant, n_bits + 1, k, excluded, out)

    return _by_tile(score, queries, excluded, n_jobs)


def index_order_gain(queries, codes, gains, discounts, n_bits, excluded, n_jobs=None):
    """Compute the discounted gain of queries for which the rows have the same gains.

    Parameters
    ----------
    queries : ndarray of shape (n_words, n_queries), uint64
    codes : ndarray of shape (n_words, n_codes), uint64
    gains : ndarray of shape (n_codes,), float64
    discounts : ndarray of shape (k,), float64
        Discount of each rank; not more than there are ranked rows.
    n_bits : int
    excluded : ndarray of shape (n_queries,), intp
        Row that each query skips, or -1.
    n_jobs : int, optional

    Returns
    -------
    sums : ndarray of shape (n_queries,)
    """

    def score(queries, excluded, out):
        _gain_tile(queries, codes, gains, discounts, n_bits + 1, excluded, out)

    return _by_tile(score, queries, excluded, n_jobs)


def _by_tile(score, queries, excluded, n_jobs):
    queries = np.ascontiguousarray(queries.T)
    scores = np.empty(len(queries))

    def score_tile(bounds):
        tile = slice(*bounds)
        score(queries[tile], excluded[tile], scores[tile])

    n_threads = effective_threads(n_jobs)
    map_threads(score_tile, even_ranges(len(queries), _TILE, at_least=n_threads), n_threads)
    return scores


@njit(cache=True, nogil=True)
def _precision_tile(queries, codes, relevant, n_rings, k, excluded, scores):
    """Score a few queries, each by a counting sort that does not write the order.

    The first pass counts the rows at each distance. The second pass visits the rows in order and reads the rank of each
    row from the counter of its distance.
    """
    ring = np.empty(codes.shape[1], np.uint32)
    for q in range(len(queries)):
        _find_rings(queries[q], codes, excluded[q], n_rings, ring)
        rank, found = _counts_before(ring, relevant, n_rings + 1)
        scores[q] = _walk(ring, relevant, rank, found, k, n_rings)


@njit(cache=True, nogil=True)
def _gain_tile(queries, codes, gains, discounts, n_rings, excluded, sums):
    """Sum the gains for a few queries, by the same counting sort."""
    ring = np.empty(codes.shape[1], np.uint32)
    for q in range(len(queries)):
        _find_rings(queries[q], codes, excluded[q], n_rings, ring)
        rank = _rows_before(ring, n_rings + 1)
        total = 0.0
        for i in range(len(ring)):
            place = rank[ring[i]]
            rank[ring[i]] += 1
            if gains[i] != 0 and place < len(discounts):
                total += gains[i] * discounts[place]
        sums[q] = total


@njit(cache=True, nogil=True)
def _find_rings(query, codes, excluded, n_rings, ring):
    """Compute the distance of every row; an excluded row gets ``n_rings``, which is larger than all distances."""
    for start in range(0, codes.shape[1], BLOCK):
        stop = min(start + BLOCK, codes.shape[1])
        find_cells(query, query, codes, start, stop, 0, ring[start:stop])
    if excluded >= 0:
        ring[excluded] = n_rings


@njit(cache=True, nogil=True)
def _rows_before(ring, n_rings):
    """Return the number of rows at smaller distances, for each distance."""
    counts = np.zeros(n_rings, np.int64)
    for i in range(len(ring)):
        counts[ring[i]] += 1
    return np.cumsum(counts) - counts


@njit(cache=True, nogil=True)
def _counts_before(ring, relevant, n_rings):
    """Return the numbers of rows and of relevant rows at smaller distances, for each distance."""
    counts = np.zeros((n_rings, 2), np.int64)
    for i in range(len(ring)):
        counts[ring[i], np.uint8(relevant[i])] += 1
    rank, found = np.zeros(n_rings, np.int64), np.zeros(n_rings, np.int64)
    for r in range(1, n_rings):
        rank[r] = rank[r - 1] + counts[r - 1, 0] + counts[r - 1, 1]
        found[r] = found[r - 1] + counts[r - 1, 1]
    return rank, found


@njit(cache=True, nogil=True)
def _walk(ring, relevant, rank, found, k, behind):
    """Return the mean precision at the relevant rows with rank at most k."""
    total, hits = 0.0, 0
    for i in range(len(ring)):
        rank[ring[i]] += 1
        if relevant[i] and rank[ring[i]] <= k and ring[i] != behind:
            found[ring[i]] += 1
            hits += 1
            total += found[ring[i]] / rank[ring[i]]
    return total / hits if hits else 0.0
