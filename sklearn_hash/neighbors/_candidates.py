"""Stages of a re-ranked search: candidates by Hamming distance, by asymmetric distance and by vectors."""

import numpy as np
from sklearn.utils import gen_batches
from sklearn.utils.validation import check_is_fitted

from sklearn_hash.codes import pack_codes
from sklearn_hash.neighbors._check_input import check_n_neighbors
from sklearn_hash.neighbors._fitted_vectors import FittedVectors
from sklearn_hash.neighbors._hashed_rows import project_rows
from sklearn_hash.neighbors._kneighbors import padded, raise_too_few
from sklearn_hash.neighbors._rerank import asymmetric_distances, nearest

__all__ = ["CandidateSearch"]

_CANDIDATES_A_BLOCK = 1 << 21
_VALUES_A_BLOCK = 1 << 24  # of queries in double precision


class CandidateSearch(FittedVectors):
    """Nearest neighbours of vectors by stages."""

    def kneighbors(self, X=None, n_neighbors=None, return_distance=True, where=None, pad=False):
        """Find the nearest neighbours.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), path of a .npy file, or Arrow column, default=None
            Vectors of the queries. If None, the fitted rows are the queries, and a row is not its own neighbour
            (duplicates of it are neighbours); not possible with ``vectors=None``.
        n_neighbors : int, default=None
            Number of neighbours per query; by default the parameter of the estimator.
        return_distance : bool, default=True
            Whether to return the distances.
        where : array-like of shape (n_samples_fit_,), bool, default=None
            Mask of the rows that may be neighbours, in the order of ``ids_``.
        pad : bool, default=False
            Whether to pad the result instead of raising an error if there are fewer rows to choose from than
            ``n_neighbors``. Padded entries come last and have id -1 (None if ``ids_`` holds objects) and an infinite
            distance.

        Returns
        -------
        distances : ndarray of shape (n_queries, n_neighbors), float64
            Distances by the metric, or asymmetric distances with ``vectors=None``. Returned only if
            ``return_distance=True``.
        ids : ndarray of shape (n_queries, n_neighbors), int64 or object
            Ids of the neighbours, ordered by (distance, row).

        Raises
        ------
        ValueError
            If the vectors are not valid, ``n_neighbors`` is not positive, ``where`` is not a boolean mask of the rows,
            or there are fewer rows to choose from than ``n_neighbors`` and ``pad=False``.

        Examples
        --------
        >>> from sklearn_hash import LSHHasher, RerankedNeighbors
        >>> X = [[0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [3.0, 0.0]]
        >>> search = RerankedNeighbors(LSHHasher(8, random_state=0), 2, metric="euclidean").fit(X)
        >>> search.kneighbors([[1.0, 0.0]])
        (array([[1.        , 1.41421356]]), array([[1, 0]]))
        >>> search.kneighbors([[1.0, 0.0]], return_distance=False, where=[True, False, False, True])
        array([[0, 3]])
        """
        check_is_fitted(self)
        distances, stored = self._kneighbors(X, n_neighbors, where, pad)
        ids = self._rows.ids_at(stored)
        return (distances, ids) if return_distance else ids

    def _kneighbors(self, X, n_neighbors, where=None, pad=False):
        """Return distances and stored rows, -1 where there is none."""
        k = check_n_neighbors(self.n_neighbors if n_neighbors is None else n_neighbors)
        mask, n_allowed = self._rows.allowed(where)
        itself = None if X is not None else self._rows.remaining_stored
        queries = self._fitted_vectors() if X is None else self._check_rows(X)
        if k + (X is None) > n_allowed and not pad:
            raise_too_few(k, n_allowed, len(queries), where, itself=X is None)
        return self._search(queries, k, mask, itself=itself, n_allowed=n_allowed)

    def _fitted_vectors(self):
        if self._vectors is None:
            raise ValueError("X must be given with vectors=None: the fitted vectors are not kept. Pass them as X.")
        return self._vectors.take(self._rows.remaining_stored)

    def _search(self, queries, k, mask, *, itself=None, n_allowed=None):
        """Search in blocks of queries, which limits the memory for their candidates."""
        n_allowed = self._rows.n if n_allowed is None else n_allowed
        fetched = self._stages(k, itself is not None, n_allowed)[0]
        size = max(1, min(_CANDIDATES_A_BLOCK // max(fetched, 1), _VALUES_A_BLOCK // queries.shape[1]))
        if len(queries) == 0:
            return np.empty((0, k)), np.empty((0, k), dtype=np.int64)
        blocks = [
            self._search_block(queries[block], k, mask, None if itself is None else itself[block], n_allowed)
            for block in gen_batches(len(queries), size)
        ]
        distances, rows = zip(*blocks, strict=True)
        return np.concatenate(distances), np.concatenate(rows)

    def _stages(self, k, itself, n_allowed):
        """Return the numbers of candidates by Hamming distance and by asymmetric distance."""
        compared = self.oversample * k
        fetched = self.asymmetric_oversample * compared
        return min(fetched + itself, n_allowed), min(compared, n_allowed)

    def _search_block(self, queries, k, mask, itself, n_allowed):
        fetched, compared = self._stages(k, itself is not None, n_allowed)
        z = project_rows(self.hasher_, queries)
        _, rows = self._index.knn(pack_codes(z), fetched, where=mask, n_jobs=self.n_jobs, device=self.device)
        if itself is not None:
            rows = np.where(rows == itself[:, None], -1, rows)
        if self._vectors is None or (self.asymmetric_oversample > 1 and compared < fetched):
            distances = asymmetric_distances(z, rows, self._index.packed, self.n_jobs)
            distances, rows = nearest(distances, rows, compared, self.n_jobs)
        if self._vectors is not None:
            distances = self._vectors.distances(queries, rows, self.metric, self.n_jobs)
        distances, rows = nearest(distances, rows, min(k, rows.shape[1]), self.n_jobs)
        return padded(distances, rows, k, np.inf) if rows.shape[1] < k else (distances, rows)
