"""Exhaustive search, which computes the distances to all codes."""

import numpy as np

from sklearn_hash._hamming._lone_query import are_few, nearest_of_few
from sklearn_hash._hamming._threads import effective_threads

__all__ = ["FlatIndex"]

_GROWTH = 8


class FlatIndex:
    """Exact search among packed codes, which are not copied.

    Parameters
    ----------
    packed : ndarray of shape (n, n_bytes), uint8
        C-contiguous codes, which are neither copied nor changed: a read-only memory map can be searched.
    n_bits : int

    Notes
    -----
    Results are ordered by (distance, row) and do not depend on ``n_jobs``. Several threads may search at once. The
    kernels are imported at the first search.
    """

    def __init__(self, packed, n_bits):
        self._storage = np.ascontiguousarray(packed)
        self.n = len(packed)
        self.n_bits = n_bits

    @property
    def packed(self):
        """Packed codes, uint8 of shape (n, n_bytes)."""
        return self._storage[: self.n]

    @property
    def nbytes(self):
        """Number of bytes of the codes, including spare capacity."""
        return self._storage.nbytes

    def append(self, packed):
        """Append rows; the first call copies the array of the constructor."""
        n = self.n + len(packed)
        if n > len(self._storage):
            # Growing by an eighth makes many small appends fast without using much more memory.
            grown = np.empty((n + (n // _GROWTH if self.n else 0), packed.shape[1]), np.uint8)
            grown[: self.n] = self.packed
            self._storage = grown
        self._storage[self.n : n] = packed
        self.n = n

    def knn(self, queries, k, *, where=None, n_jobs=None):
        """Find the ``k`` nearest rows of every query.

        Parameters
        ----------
        queries : ndarray of shape (m, n_bytes), uint8
        k : int
            At most the number of rows, or of rows that ``where`` allows.
        where : ndarray of shape (n,), bool, optional
            Rows that may be found.
        n_jobs : int, optional

        Returns
        -------
        distances : ndarray of shape (m, k), int32
        rows : ndarray of shape (m, k), int64
        """
        if len(queries) == 0 or k == 0:
            return np.empty((len(queries), k), np.int32), np.empty((len(queries), k), np.int64)
        n_threads = effective_threads(n_jobs)
        if len(queries) == 1 and where is None and are_few(self.packed):
            return nearest_of_few(self.packed, queries, k)
        return self._search(queries, where).knn(k, n_threads)

    def radius(self, queries, radius, *, where=None, n_jobs=None):
        """Find all rows within a radius of every query, inclusive.

        Parameters
        ----------
        queries : ndarray of shape (m, n_bytes), uint8
        radius : int
        where : ndarray of shape (n,), bool, optional
            Rows that may be found.
        n_jobs : int, optional

        Returns
        -------
        indptr : ndarray of shape (m + 1,), int64
            The rows of query i are ``rows[indptr[i] : indptr[i + 1]]``.
        distances : ndarray of int32
        rows : ndarray of int64
        """
        if len(queries) == 0:
            return np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.int64)
        return self._search(queries, where).radius(min(int(radius), self.n_bits), effective_threads(n_jobs))

    def _search(self, queries, where):
        from sklearn_hash._hamming._flat_search import FlatSearch

        return FlatSearch(self.packed, queries, where)
