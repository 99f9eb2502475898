"""Queries for the k nearest neighbours."""

from reprlib import repr as short_repr

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_hash.neighbors._check_input import check_n_neighbors
from sklearn_hash.neighbors._docs import document
from sklearn_hash.neighbors._fitted_codes import FittedCodes
from sklearn_hash.neighbors._warm_up import noticed

__all__ = ["KNeighborsMixin", "padded", "raise_too_few"]


class KNeighborsMixin(FittedCodes):
    """Mixin for queries for the k nearest neighbours of fitted codes."""

    @document
    def kneighbors(self, X=None, n_neighbors=None, return_distance=True, where=None, pad=False):
        """Find the nearest neighbours.

        Parameters
        ----------
        {queries}
        {n_neighbors}
        {options}
        pad : bool, default=False
            Whether to pad the result instead of raising an error if there are fewer rows to choose from than
            ``n_neighbors``. Padded entries come last and have id -1 (None if ``ids_`` holds objects) and distance
            ``n_bits_ + 1``, which is larger than any other.

        Returns
        -------
        distances : ndarray of shape (n_queries, n_neighbors), int32
            Hamming distances, in bits. Returned only if ``return_distance=True``.
        ids : ndarray of shape (n_queries, n_neighbors), int64 or object
            Ids of the neighbours, ordered by (distance, row).

        Raises
        ------
        ValueError
            If the codes do not have the width of the fitted ones, ``n_neighbors`` is not positive, ``where`` is not a
            boolean mask of the rows, or there are fewer rows to choose from than ``n_neighbors`` and ``pad=False``.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> search = HammingNeighbors(n_neighbors=2).fit([[0, 0, 0], [0, 0, 1], [1, 1, 1]])
        >>> search.kneighbors([[0, 0, 1]])
        (array([[0, 1]], dtype=int32), array([[1, 0]]))
        >>> search.kneighbors(n_neighbors=1, return_distance=False)
        array([[1],
               [0],
               [1]])
        >>> search.kneighbors([[0, 0, 1]], where=[True, False, False], pad=True)
        (array([[1, 4]], dtype=int32), array([[ 0, -1]]))
        """
        check_is_fitted(self)
        distances, stored = self._kneighbors(X, n_neighbors, where, pad)
        ids = self._rows.ids_at(stored)
        return (distances, ids) if return_distance else ids

    def _kneighbors(self, X, n_neighbors, where=None, pad=False):
        """Return distances and stored rows, -1 where there is none."""
        k = check_n_neighbors(self.n_neighbors if n_neighbors is None else n_neighbors)
        mask, n_allowed = self._rows.allowed(where)
        queries = self._fitted_codes() if X is None else self._queries(X)
        n_searched = k + (X is None)  # one more where each query finds itself
        if n_searched > n_allowed and not pad:
            raise_too_few(k, n_allowed, len(queries), where, itself=X is None)
        n_found = min(n_searched, n_allowed)
        with noticed(self.verbose):
            distances, stored = self._index.knn(queries, n_found, where=mask, n_jobs=self.n_jobs, device=self.device)
        if n_found < n_searched:
            distances, stored = padded(distances, stored, n_searched, self.n_bits_ + 1)
        return (distances, stored) if X is not None else _without_self(distances, stored, self._rows.remaining_stored)


def raise_too_few(k, n_allowed, n_queries, where, *, itself):
    """Raise a ValueError since there are fewer than ``k`` rows to choose from, without the query if ``itself``."""
    candidates = "n_samples_fit" if where is None else "rows allowed by where"
    raise ValueError(
        f"Expected n_neighbors {'<' if itself else '<='} {candidates}, but n_neighbors = {short_repr(k)}, "
        f"{candidates} = {n_allowed}, n_samples = {n_queries}. Ask for fewer, or pass pad=True to "
        "kneighbors for as many as there are."
    )


def padded(distances, stored, width, far):
    """Return distances and stored rows, padded to a number of columns by ``far`` and -1."""
    more = ((0, 0), (0, width - distances.shape[1]))
    return np.pad(distances, more, constant_values=far), np.pad(stored, more, constant_values=-1)


def _without_self(distances, stored, itself):
    """Return the neighbours of each query without the query itself or, if it is not among them, without the last."""
    drop = stored == itself[:, None]
    drop[:, -1] |= ~drop.any(axis=1)
    shape = len(stored), stored.shape[1] - 1
    return distances[~drop].reshape(shape), stored[~drop].reshape(shape)
