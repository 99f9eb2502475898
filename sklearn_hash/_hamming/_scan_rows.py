"""Flat scan for few queries over codes of several words, one code after the other and without copying."""

# Compiled into this file, unseen by Numba's cache: sources ae221393164cf7e1

import numpy as np
from numba import njit

from sklearn_hash._hamming._candidates import accept
from sklearn_hash._hamming._simd import known_words, load_word, population, prefetch

__all__ = ["nearest_by_rows", "row_shape"]

_BLOCK_BYTES = 1 << 14
_ROWS = 4
_AHEAD = 2048  # bytes
_MOST_UNROLLED = 16


def row_shape(words):
    """Return a value whose type holds the number of words, if a query of that many words fits the registers."""
    return (np.uint64(0),) * words if words <= _MOST_UNROLLED else np.uint64(0)


@njit(inline="always")
def _distance(code, query, n_bytes, lane):
    distance = 0
    for word in range(0, n_bytes, 8):
        distance += population(load_word(code + word, lane) ^ load_word(query + word, lane))
    return distance


@njit(cache=True, nogil=True)
def nearest_by_rows(codes, first, end, queries, shape, k, states, counts, candidates):
    """Do the same as :func:`._scan.nearest_of_tile` for codes of whole words of 64 bits, row by row."""
    lane = queries[0, 0]
    words = known_words(queries.shape[1], shape)
    n_bytes = 8 * words
    block_size = _BLOCK_BYTES // n_bytes
    for start in range(first, end, block_size):
        stop = min(start + block_size, end)
        for query in range(len(queries)):
            address = queries.ctypes.data + query * n_bytes
            limit = states[query, 0]
            position = start
            while position < stop:
                while position + _ROWS <= stop:  # no write in this loop, so that the query stays in registers
                    code = codes + (position - first) * n_bytes
                    for line in range(0, _ROWS * n_bytes, 64):
                        prefetch(code + _AHEAD + line)
                    near = 0
                    for row in range(_ROWS):
                        near |= _distance(code + row * n_bytes, address, n_bytes, lane) < limit
                    if near:
                        break
                    position += _ROWS
                for _ in range(min(_ROWS, stop - position)):
                    distance = _distance(codes + (position - first) * n_bytes, address, n_bytes, lane)
                    if distance < limit:
                        limit = accept(distance, position, query, k, states, counts, candidates)
                    position += 1
