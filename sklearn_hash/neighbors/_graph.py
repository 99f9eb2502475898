"""Sparse graphs of neighbours, and the interface of ``KNeighborsTransformer``."""

import numpy as np
import scipy.sparse as sp
from sklearn import get_config
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_hash.neighbors._check_input import check_mode
from sklearn_hash.neighbors._docs import document

__all__ = ["KNeighborsGraphMixin", "NeighborsGraphMixin"]


class KNeighborsGraphMixin(ClassNamePrefixFeaturesOutMixin, TransformerMixin):
    """Mixin for graphs of the nearest neighbours, from ``_kneighbors`` of an estimator; columns are fitted rows."""

    @document
    def kneighbors_graph(self, X=None, n_neighbors=None, mode="connectivity"):
        """Compute the graph of the nearest neighbours.

        Parameters
        ----------
        {queries}
        {n_neighbors}
        {mode}

        Returns
        -------
        graph : sparse matrix of shape (n_queries, n_samples_fit)
            Graph in CSR format; the edges of a query are ordered by (distance, row). Column ``j`` is the fitted row
            with id ``ids_[j]``. A sparse array if scikit-learn is configured with ``sparse_interface="sparray"``.

        Raises
        ------
        ValueError
            If ``n_neighbors`` is larger than the number of rows, or ``mode`` is not valid.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> search = HammingNeighbors().fit([[0, 0, 0], [0, 0, 1], [1, 1, 1]])
        >>> search.kneighbors_graph([[0, 0, 0]], n_neighbors=2, mode="distance").toarray()
        array([[0, 1, 0]], dtype=int32)
        """
        check_is_fitted(self)
        check_mode(mode)
        distances, rows = self._kneighbors(X, n_neighbors)
        indptr = np.arange(len(rows) + 1) * rows.shape[1]
        return self._graph(indptr, distances.ravel(), rows.ravel(), mode)

    def transform(self, X):
        """Compute the distance graph of ``n_neighbors + 1`` neighbours.

        As in :class:`~sklearn.neighbors.KNeighborsTransformer`, one extra neighbour is computed since each fitted row
        finds itself. Estimators with ``metric="precomputed"`` accept the graph.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features)
            Query codes.

        Returns
        -------
        graph : sparse matrix of shape (n_queries, n_samples_fit)
            Graph as returned by :meth:`kneighbors_graph` with ``mode="distance"``; zero distances are stored.

        Examples
        --------
        >>> from sklearn.neighbors import KNeighborsClassifier
        >>> from sklearn.pipeline import make_pipeline
        >>> from sklearn_hash import HammingNeighbors
        >>> vote = make_pipeline(HammingNeighbors(1), KNeighborsClassifier(1, metric="precomputed"))
        >>> vote.fit([[0, 0, 0], [0, 1, 1]], ["a", "b"]).predict([[0, 0, 1], [1, 1, 1]])
        array(['a', 'b'], dtype='<U1')
        """
        check_is_fitted(self)
        return self.kneighbors_graph(X, self.n_neighbors + 1, mode="distance")

    def _graph(self, indptr, distances, rows, mode):
        data = distances if mode == "distance" else np.ones(len(rows))
        interface = sp.csr_array if get_config()["sparse_interface"] == "sparray" else sp.csr_matrix
        graph = (data, self._rows.rows_at(rows), indptr)
        return interface(graph, shape=(len(indptr) - 1, self._rows.n))

    @property
    def _n_features_out(self):
        return self._rows.n

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # the type of the distances does not depend on that of the rows
        return tags


class NeighborsGraphMixin(KNeighborsGraphMixin):
    """Mixin that adds graphs of the neighbours within a radius, from ``_radius_neighbors`` of an estimator."""

    @document
    def radius_neighbors_graph(self, X=None, radius=None, mode="connectivity"):
        """Compute the graph of the neighbours within a radius.

        Parameters
        ----------
        {queries}
        {radius}
        {mode}

        Returns
        -------
        graph : sparse matrix of shape (n_queries, n_samples_fit)
            Graph in the format of :meth:`kneighbors_graph`.

        Raises
        ------
        ValueError
            If ``radius`` is negative or ``mode`` is not valid.

        Examples
        --------
        >>> from sklearn_hash import HammingNeighbors
        >>> search = HammingNeighbors(radius=1).fit([[0, 0, 0], [0, 0, 1], [1, 1, 1]])
        >>> search.radius_neighbors_graph([[0, 0, 0]]).toarray()
        array([[1., 1., 0.]])
        """
        check_is_fitted(self)
        check_mode(mode)
        indptr, distances, rows = self._radius_neighbors(X, radius)
        return self._graph(indptr, distances, rows, mode)
