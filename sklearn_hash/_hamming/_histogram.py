"""Histograms of distances: the number of codes at each distance from each query.

A ranking by Hamming distance has at most ``n_bits + 1`` groups of tied codes, so the average precision depends only on
these counts, and no sort is needed.
"""

# Compiled into this file, unseen by Numba's cache: sources 5559f616f76acd03

import numpy as np
from numba import njit

from sklearn_hash._hamming._simd import population
from sklearn_hash._hamming._threads import effective_threads, even_ranges, map_threads

__all__ = ["BLOCK", "distance_histograms", "find_cells"]

BLOCK = 2048  # codes per pass, which fit the first-level cache with their weights and cells
_TILE = 32  # queries that share one block of codes while it is in cache


def distance_histograms(queries, codes, weights, n_bits, *, query_marks=None, marks=None, n_kinds=2, n_jobs=None):
    """Count codes by weight at every distance from each query, separately by the number of shared marks.

    Parameters
    ----------
    queries : ndarray of shape (n_words, n_queries), uint64
    codes : ndarray of shape (n_words, n_codes), uint64
    weights : ndarray of shape (n_codes,), int64
        Number of occurrences of each code.
    n_bits : int
    query_marks : ndarray of shape (n_mark_words, n_queries), uint64, optional
    marks : ndarray of shape (n_mark_words, n_codes), uint64, optional
        Label sets as bit masks. The number of marks shared by a code and a query is the number of common set bits.
    n_kinds : int, default=2
        With marks, number of kinds that are counted separately: codes sharing 0, 1, ..., ``n_kinds - 1`` or more.
    n_jobs : int, optional
        Number of threads, as in joblib.

    Returns
    -------
    histograms : ndarray of shape (n_queries, n_kinds, n_bits + 1), int64
        Histograms; without marks, there is only one kind.
    """
    if marks is None:
        query_marks = np.empty((0, queries.shape[1]), dtype=np.uint64)
        marks = np.empty((0, codes.shape[1]), dtype=np.uint64)
    queries, query_marks = (np.ascontiguousarray(rows.T) for rows in (queries, query_marks))
    count_type = np.uint32 if weights.sum() < 2**32 else np.int64  # uint32 takes half of the cache
    weights = weights.astype(count_type)
    n_kinds = n_kinds if len(marks) else 1
    out = np.zeros((len(queries), n_kinds * (n_bits + 1)), dtype=np.int64)

    def count(bounds):
        tile = slice(*bounds)
        _count_tile(queries[tile], codes, query_marks[tile], marks, weights, n_bits + 1, out[tile])

    n_threads = effective_threads(n_jobs)
    map_threads(count, even_ranges(len(queries), _TILE, at_least=n_threads, multiple=2), n_threads)
    return out.reshape(len(queries), n_kinds, n_bits + 1)


@njit(cache=True, nogil=True)
def _count_tile(queries, codes, query_marks, marks, weights, n_rings, out):
    """Add the histograms of a few queries to ``out``.

    Most of the time is spent on additions to memory, at most one per cycle. Queries are therefore counted in pairs: one
    addition to a table of both distances counts a code for two queries. The larger table is used for many codes.
    """
    n_cells, most = out.shape[1], out.shape[1] // n_rings - 1
    paired = 4 * n_cells * n_cells <= codes.shape[1]
    step, scale = (2, n_cells) if paired else (1, 0)
    tables = np.zeros((-(-len(queries) // step), n_cells**step), weights.dtype)
    cell, shared = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint64)
    for start in range(0, codes.shape[1], BLOCK):
        stop = min(start + BLOCK, codes.shape[1])
        for t in range(len(tables)):
            first, second = t * step, min((t + 1) * step, len(queries)) - 1
            find_cells(queries[first], queries[second], codes, start, stop, scale, cell)
            if len(marks):
                _add_shared(query_marks[first], marks, start, stop, n_rings, most, shared, cell)
            if len(marks) and paired:
                _add_shared(query_marks[second], marks, start, stop, n_rings * scale, most, shared, cell)
            _add_weights(cell, weights[start:stop], tables[t])
    _read_tables(tables, paired, out)


@njit(cache=True, nogil=True)
def find_cells(first, second, codes, start, stop, scale, cell):
    """Compute the distance of each code of a block from one query plus ``scale`` times that from another query."""
    factor = np.uint32(scale)
    for w in range(len(codes)):
        a, b, row = first[w], second[w], codes[w, start:stop]
        if w == 0:
            for i in range(len(row)):
                cell[i] = np.uint32(population(a ^ row[i])) + factor * np.uint32(population(b ^ row[i]))
        else:
            for i in range(len(row)):
                cell[i] += np.uint32(population(a ^ row[i])) + factor * np.uint32(population(b ^ row[i]))


@njit(cache=True, nogil=True)
def _add_shared(query_mark, marks, start, stop, offset, most, shared, cell):
    """Add an offset for each mark that a code shares with the query, up to ``most`` of them."""
    factor, most = np.uint64(offset), np.uint64(most)
    shared[:] = 0
    for w in range(len(marks)):
        word, row = query_mark[w], marks[w, start:stop]
        for i in range(len(row)):
            shared[i] += np.uint64(population(word & row[i]))
    for i in range(stop - start):
        cell[i] += np.uint32(factor * min(shared[i], most))


@njit(cache=True, nogil=True)
def _add_weights(cell, weights, table):
    for i in range(len(weights)):
        table[cell[i]] += weights[i]


@njit(cache=True, nogil=True)
def _read_tables(tables, paired, out):
    """Add the margins of each table to the cells of its one or two queries."""
    n_cells = out.shape[1]
    for t in range(len(tables)):
        first = 2 * t if paired else t
        for high in range(tables.shape[1] // n_cells):
            row = tables[t, high * n_cells : (high + 1) * n_cells]
            out[first] += row
            if paired and first + 1 < len(out):
                out[first + 1, high] += row.sum()
