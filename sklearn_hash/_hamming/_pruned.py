"""Exact search among grouped codes, which is fast for clustered codes such as those of a trained hasher."""

import numpy as np

from sklearn_hash._hamming._growing import GrowingIndex

__all__ = ["PrunedIndex", "prunes_well"]

_SAMPLE_ROWS = 65_536
_SAMPLE_QUERIES = 64
_SAMPLE_NEIGHBORS = 10
# Costs of a query in microseconds on one core with AVX-512, measured on clustered to uniform codes.
_PRUNED_OVERHEAD = 1.8
_GROUP_COST = 0.11
_BLOCK_COST = 0.015  # per block of 64 codes, plus the same for every word
_FLAT_OVERHEAD = 0.6
_FLAT_COST = 1 / 28_000  # per word of 64 bits
_LEAST_BYTES = 4  # a flat scan takes the same time for shorter codes, which have many ties


class PrunedIndex(GrowingIndex):
    """Index that stores equal codes once and near codes in groups, most of which a search skips.

    Parameters
    ----------
    packed : ndarray of shape (n, n_bytes), uint8
    n_bits : int

    Notes
    -----
    After an append, the next search groups all rows again.
    """

    def __init__(self, packed, n_bits):
        super().__init__(packed, n_bits)
        self._rings()

    def knn(self, queries, k, *, where=None, n_jobs=None):
        """Find the k nearest rows of every query, ordered by (distance, row).

        Parameters
        ----------
        queries : ndarray of shape (m, n_bytes), uint8
        k : int
            At most the number of rows that may be found.
        where : ndarray of shape (n,), bool, optional
            Rows that may be found.
        n_jobs : int, optional

        Returns
        -------
        distances : ndarray of shape (m, k), int32
        rows : ndarray of shape (m, k), int64
        """
        if k == 0:
            return np.empty((len(queries), 0), np.int32), np.empty((len(queries), 0), np.int64)
        from sklearn_hash._hamming._layout import words_of
        from sklearn_hash._hamming._pruned_nearest import nearest_rows

        return nearest_rows(self._allowed(where), words_of(queries), k, n_jobs)

    def radius(self, queries, radius, *, where=None, n_jobs=None):
        """Find the rows within the radius of every query, ordered by (distance, row).

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
        rings = self._allowed(where)
        if rings is None:
            return np.zeros(len(queries) + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.int64)
        from sklearn_hash._hamming._layout import words_of
        from sklearn_hash._hamming._pruned_radius import rows_within

        return rows_within(rings, words_of(queries), radius, n_jobs)

    def _rings(self):
        """Return the groups of all rows, or None if there are no rows."""
        with self._lock:
            if self._built is None and self.n:
                from sklearn_hash._hamming._grouping import build_rings
                from sklearn_hash._hamming._layout import words_of

                self._built = build_rings(words_of(self.packed), self.n_bits)
            return self._built

    def _allowed(self, where):
        """Return the groups with only the rows that may be found."""
        rings = self._rings()
        if where is None or rings is None:
            return rings
        from sklearn_hash._hamming._rings import keep_rows

        return keep_rows(rings, where)


def prunes_well(packed: np.ndarray, n_bits: int) -> bool:
    """Return whether pruned search is expected to be faster than a flat scan, from a search in a sample of the rows.

    The number of blocks to scan is extrapolated from the sample to all rows. It is assumed to grow like the number of
    distinct codes, that is, like a power of the number of rows whose exponent is the fraction of codes that occur once
    in the sample. With more rows, neighbours are also nearer, which prunes more; neglecting this favours the flat scan.
    """
    from sklearn_hash._hamming._grouping import build_rings
    from sklearn_hash._hamming._layout import words_of
    from sklearn_hash._hamming._pruned_nearest import work_of

    n = len(packed)
    n_sampled = min(n, _SAMPLE_ROWS)
    if n_sampled <= _SAMPLE_NEIGHBORS:
        return False
    rings = build_rings(words_of(packed[_spread(n, n_sampled)]), n_bits)
    queries = packed[_spread(n, _SAMPLE_QUERIES + 2)[1:-1] - 1]  # next to sampled rows, so mostly not in the sample
    n_blocks, n_groups = work_of(rings, words_of(queries), _SAMPLE_NEIGHBORS)
    sizes = np.diff(rings.starts)
    n_blocks *= (n / n_sampled) ** ((sizes == 1).sum() / (sizes > 0).sum())
    pruned = _PRUNED_OVERHEAD + _GROUP_COST * n_groups + _BLOCK_COST * (1 + rings.n_words) * n_blocks
    flat = _FLAT_OVERHEAD + _FLAT_COST * n * max(packed.shape[1], _LEAST_BYTES) / 8
    return bool(pruned < flat)


def _spread(n, n_chosen):
    """Return evenly spaced row numbers."""
    return np.linspace(0, n - 1, n_chosen).astype(np.int64)
