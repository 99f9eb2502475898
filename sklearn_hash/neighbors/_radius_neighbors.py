"""Queries for all neighbours within a radius."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_hash.neighbors._check_input import check_radius
from sklearn_hash.neighbors._docs import document
from sklearn_hash.neighbors._fitted_codes import FittedCodes
from sklearn_hash.neighbors._warm_up import noticed

__all__ = ["RadiusNeighborsMixin"]


class RadiusNeighborsMixin(FittedCodes):
    """Mixin for queries for all fitted codes within a radius."""

    @document
    def radius_neighbors(self, X=None, radius=None, return_distance=True, where=None):
        """Find all neighbours within a radius.

        Parameters
        ----------
        {queries}
        {radius}
        {options}

        Returns
        -------
        distances : ndarray of shape (n_queries,) of int32 arrays
            Hamming distances, in bits. Returned only if ``return_distance=True``.
        ids : ndarray of shape (n_queries,) of int64 or object arrays
            Ids of the neighbours, ordered by (distance, row).

        Raises
        ------
        ValueError
            If the codes do not have the width of the fitted ones, ``radius`` is negative, or ``where`` is not a
            boolean mask of the rows.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> search = HammingNeighbors(radius=1).fit([[0, 0, 0], [0, 0, 1], [1, 1, 1]])
        >>> distances, ids = search.radius_neighbors([[0, 0, 1]])
        >>> distances[0], ids[0]
        (array([0, 1], dtype=int32), array([1, 0]))
        """
        check_is_fitted(self)
        indptr, distances, stored = self._radius_neighbors(X, radius, where)
        ids = _split(self._rows.ids_at(stored), indptr)
        return (_split(distances, indptr), ids) if return_distance else ids

    def _radius_neighbors(self, X, radius, where=None):
        """Return ``indptr``, distances and stored rows."""
        radius = check_radius(self.radius if radius is None else radius)
        mask, _ = self._rows.allowed(where)
        queries = self._fitted_codes() if X is None else self._queries(X)
        largest = int(min(radius, self.n_bits_))
        with noticed(self.verbose):
            indptr, distances, stored = self._index.radius(
                queries, largest, where=mask, n_jobs=self.n_jobs, device=self.device
            )
        if X is not None:
            return indptr, distances, stored
        keep = stored != np.repeat(self._rows.remaining_stored, np.diff(indptr))
        indptr = np.concatenate(([0], np.cumsum(keep)))[indptr]
        return indptr, distances[keep], stored[keep]


def _split(values, indptr):
    """Return an object array with one array per query."""
    parts = np.empty(len(indptr) - 1, dtype=object)
    for query in range(len(parts)):
        parts[query] = values[indptr[query] : indptr[query + 1]]
    return parts
