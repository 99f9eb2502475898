"""Multi-index hashing: exact radius search by lookups in hash tables instead of a scan."""

from itertools import pairwise
from math import comb

import numpy as np

from sklearn_hash._hamming._growing import GrowingIndex

__all__ = ["MultiIndex"]

_CHUNK_BITS = 16
_SAMPLE_ROWS = 65_536
# Costs in nanoseconds on one core, to choose between lookups and the flat scan.
_LOOKUP_COST = 100.0
_CANDIDATE_COST = 1.0
_SCAN_COST = 1 / 28  # per code of 8 bytes
_SCAN_OVERHEAD = 200.0


class MultiIndex(GrowingIndex):
    """Hash tables over chunks of up to 16 bits of the codes [1]_.

    A code within radius r of a query is within radius ``r // n_chunks`` in at least one of its chunks, so that few
    buckets contain all candidates. For every chunk, the codes are stored in the order of its buckets. The table of a
    chunk is built when a radius first needs it.

    Parameters
    ----------
    packed : ndarray of shape (n, n_bytes), uint8
    n_bits : int

    References
    ----------
    .. [1] M. Norouzi, A. Punjani and D. J. Fleet, "Fast search in Hamming space with multi-index hashing", CVPR 2012.
    """

    def __init__(self, packed, n_bits):
        super().__init__(packed, n_bits)
        n_chunks = -(-n_bits // _CHUNK_BITS)
        self._edges = np.arange(n_chunks + 1) * n_bits // n_chunks
        self._crowding = None

    def append(self, packed: np.ndarray) -> None:
        """Append rows."""
        with self._lock:
            super().append(packed)
            self._crowding = None

    def answers(self, radius: int) -> bool:
        """Return whether lookups for a radius are expected to take less time than a flat scan."""
        radii = self._radii(min(radius, self.n_bits))
        lookups = np.array([_ball(width, most) for width, most in zip(np.diff(self._edges), radii, strict=False)])
        candidates = lookups * self._bucket_sizes()[: len(radii)]
        cost = _LOOKUP_COST * lookups.sum() + _CANDIDATE_COST * candidates.sum()
        return bool(cost < _SCAN_OVERHEAD + _SCAN_COST * self.n * self.packed.shape[1] / 8)

    def radius(self, queries, radius, *, where=None, n_jobs=None):
        """Find the rows within the radius of every query, ordered by (distance, row).

        Parameters
        ----------
        queries : ndarray of shape (m, n_bytes), uint8
        radius : int
            Results are exact for any radius, but slow if :meth:`answers` returns False.
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
        from sklearn_hash._hamming._multi_index_kernels import rows_within

        radius = min(radius, self.n_bits)
        radii = self._radii(radius)
        return rows_within(self._tables(len(radii)), queries, radius, radii, where, n_jobs)

    def _radii(self, radius):
        """Return the radius of the lookups in each chunk; the sum of ``chunk radius + 1`` exceeds ``radius``."""
        n_chunks = len(self._edges) - 1
        least, extra = divmod(radius, n_chunks)
        radii = np.array([least] * (extra + 1) + [least - 1] * (n_chunks - extra - 1))
        return radii[radii >= 0]

    def _tables(self, n_chunks):
        """Return tables of at least the first ``n_chunks`` chunks."""
        with self._lock:
            if self._built is None or len(self._built.first) <= n_chunks:
                from sklearn_hash._hamming._multi_index_kernels import build_tables

                self._built = build_tables(self.packed, self._edges, n_chunks)
            return self._built

    def _bucket_sizes(self):
        """Estimate from a sample, for each chunk, the mean number of rows that share the chunk with a row."""
        with self._lock:
            if self._crowding is None:
                self._crowding = _shared_share(self.packed, self._edges)
            return 1 + self._crowding * self.n


def _ball(width, radius):
    """Return the number of values of a chunk within a radius of a value."""
    return sum(comb(int(width), flips) for flips in range(radius + 1))


def _shared_share(packed, edges):
    """Return, for every chunk, the probability that two rows agree in it."""
    sample = packed[np.linspace(0, len(packed) - 1, min(len(packed), _SAMPLE_ROWS)).astype(np.int64)]
    bits = np.unpackbits(sample, axis=1)
    n_pairs = max(1, len(sample) * (len(sample) - 1))
    shares = []
    for start, stop in pairwise(edges):
        values = bits[:, start:stop] @ (1 << np.arange(stop - start))
        sizes = np.bincount(values)
        shares.append((sizes * (sizes - 1)).sum() / n_pairs)
    return np.array(shares)
