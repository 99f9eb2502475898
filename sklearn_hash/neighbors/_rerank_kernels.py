"""Compiled loops of re-ranking: distances of queries to their candidates, and selection of the nearest."""

import numpy as np
from numba import njit, types
from numba.extending import overload

from sklearn_hash._hamming._simd import prefetch

__all__ = ["COSINE", "EUCLIDEAN", "INNER_PRODUCT", "code_distances", "select_nearest", "vector_distances"]

COSINE, EUCLIDEAN, INNER_PRODUCT = range(3)

_AHEAD = 2  # rows
_LINE = 64  # bytes

# Sums may be reordered so that they use vector registers; the order is the same for all rows.
_SUMS = {"reassoc", "contract"}


def _decoded(value, scale, offset, column):
    """Return a stored value as float64; it is scaled if there is a scale, and uint16 holds half precision."""
    raise NotImplementedError


@overload(_decoded)
def _overload_decoded(value, scale, offset, column):
    if not isinstance(scale, types.NoneType):
        return lambda value, scale, offset, column: value * scale[column] + offset[column]
    if value == types.uint16:
        return _decoded_half
    return lambda value, scale, offset, column: np.float64(value)


def _decoded_half(value, scale, offset, column):
    # The shifted bits of the magnitude are a single-precision number without the difference of the exponent biases.
    bits = np.uint32(np.uint32(value & np.uint16(0x7FFF)) << np.uint32(13))
    magnitude = np.float64(bits.view(np.float32)) * 2.0**112
    return -magnitude if value >> np.uint16(15) else magnitude


@njit(nogil=True, cache=True, fastmath=_SUMS)
def vector_distances(queries, rows, vectors, first, scale, offset, metric, out):
    """Compute the distances of queries to those of their candidates that are in a block of vectors.

    Parameters
    ----------
    queries : ndarray of shape (n_queries, n_features), float64
        Of norm 1 or 0 for the cosine distance.
    rows : ndarray of shape (n_queries, n_candidates), int64
    vectors : ndarray of shape (n_vectors, n_features)
        Vectors of any real type; uint16 holds the bits of half precision.
    first : int
        Row of the first vector.
    scale, offset : ndarray of shape (n_features,), float64, or None
        If given, the vectors are ``scale * vectors + offset``.
    metric : int
    out : ndarray of shape (n_queries, n_candidates), float64
    """
    n_candidates = rows.shape[1]
    for query in range(len(queries)):
        for place in range(-_AHEAD, n_candidates):
            if place + _AHEAD < n_candidates:
                _fetch(vectors, rows[query, place + _AHEAD] - first)
            if place >= 0:
                row = rows[query, place] - first
                if 0 <= row < len(vectors):
                    out[query, place] = _distance(queries[query], vectors[row], scale, offset, metric)


@njit(nogil=True)
def _fetch(vectors, row):
    """Prefetch a row that is read soon, since the rows of candidates are scattered in memory."""
    if 0 <= row < len(vectors):
        address = vectors.ctypes.data + row * vectors.strides[0]
        for line in range(0, vectors.strides[0], _LINE):
            prefetch(address + line)


@njit(nogil=True, fastmath=_SUMS)
def _distance(query, vector, scale, offset, metric):
    if metric == EUCLIDEAN:
        total = 0.0
        for column in range(len(query)):
            total += (query[column] - _decoded(vector[column], scale, offset, column)) ** 2
        return np.sqrt(total)
    product = square = 0.0
    for column in range(len(query)):
        value = _decoded(vector[column], scale, offset, column)
        product += query[column] * value
        square += value * value
    if metric == INNER_PRODUCT:
        return -product
    return max(0.0, 1.0 - product / np.sqrt(square)) if square > 0 else 1.0


@njit(nogil=True, cache=True)
def code_distances(projections, rows, codes, out):
    """Compute the asymmetric distances of projected queries to the codes of their candidates.

    Parameters
    ----------
    projections : ndarray of shape (n_queries, 8 * n_bytes), float64
    rows : ndarray of shape (n_queries, n_candidates), int64
        Row -1 is skipped.
    codes : ndarray of shape (n, n_bytes), uint8
    out : ndarray of shape (n_queries, n_candidates), float64
    """
    table = np.empty((2 * codes.shape[1], 16))
    for query in range(len(rows)):
        _fill_table(projections[query], table)
        for place in range(rows.shape[1]):
            row = rows[query, place]
            if row >= 0:
                even = odd = 0.0  # two independent sums, for instruction-level parallelism
                for byte in range(codes.shape[1]):
                    code = codes[row, byte]
                    even += table[2 * byte, code >> 4]
                    odd += table[2 * byte + 1, code & 15]
                out[query, place] = even + odd


@njit(nogil=True)
def _fill_table(projection, table):
    """Compute the distances of a projection to every value of each group of four bits of a code."""
    for four in range(len(table)):
        for value in range(16):
            total = 0.0
            for bit in range(4):
                coordinate = projection[4 * four + bit]
                if (coordinate > 0) != ((value >> (3 - bit)) & 1):
                    total += abs(coordinate)
            table[four, value] = total


@njit(nogil=True, cache=True)
def select_nearest(distances, rows, nearest_distances, nearest_rows):
    """Select the nearest candidates of each query, ordered by (distance, row).

    Parameters
    ----------
    distances : ndarray of shape (n_queries, n_candidates), float64
    rows : ndarray of shape (n_queries, n_candidates), int64
    nearest_distances : ndarray of shape (n_queries, n_nearest), float64
    nearest_rows : ndarray of shape (n_queries, n_nearest), int64
    """
    n_nearest = nearest_rows.shape[1]
    for query in range(len(rows)):
        heap, heap_rows = nearest_distances[query], nearest_rows[query]
        heap[:] = distances[query, :n_nearest]
        heap_rows[:] = rows[query, :n_nearest]
        for place in range(n_nearest // 2 - 1, -1, -1):
            _sift(heap, heap_rows, place, n_nearest)
        for place in range(n_nearest, rows.shape[1]):
            distance, row = distances[query, place], rows[query, place]
            if _is_before(distance, row, heap[0], heap_rows[0]):
                heap[0], heap_rows[0] = distance, row
                _sift(heap, heap_rows, 0, n_nearest)
        for last in range(n_nearest - 1, 0, -1):
            heap[0], heap[last] = heap[last], heap[0]
            heap_rows[0], heap_rows[last] = heap_rows[last], heap_rows[0]
            _sift(heap, heap_rows, 0, last)


@njit(nogil=True)
def _is_before(distance, row, other_distance, other_row):
    return distance < other_distance or (distance == other_distance and row < other_row)


@njit(nogil=True)
def _sift(heap, heap_rows, place, size):
    """Move an entry of a max-heap down below all entries that are further."""
    while True:
        child = 2 * place + 1
        if child >= size:
            return
        if child + 1 < size and _is_before(heap[child], heap_rows[child], heap[child + 1], heap_rows[child + 1]):
            child += 1
        if not _is_before(heap[place], heap_rows[place], heap[child], heap_rows[child]):
            return
        heap[place], heap[child] = heap[child], heap[place]
        heap_rows[place], heap_rows[child] = heap_rows[child], heap_rows[place]
        place = child
