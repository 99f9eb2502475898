"""Exact nearest neighbours of vectors, the reference for the evaluation of a search by codes."""

from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.metrics import pairwise_distances_chunked
from sklearn.utils import check_array

from sklearn_hash._compat import Interval, validate_params
from sklearn_hash.metrics._docs import document
from sklearn_hash.metrics._matrix_products import PRODUCT_METRICS, nearest_by_products

__all__ = ["NEIGHBOR_CONSTRAINTS", "true_neighbors"]

NEIGHBOR_CONSTRAINTS: dict = {
    "n_neighbors": [Interval(Integral, 1, None, closed="left")],
    "metric": [str, callable],
    "n_jobs": [Integral, None],
}


@validate_params(NEIGHBOR_CONSTRAINTS, prefer_skip_nested_validation=True)
@document
def true_neighbors(X_query, X_database=None, *, n_neighbors=10, metric="cosine", n_jobs=None):
    """Find the exact nearest neighbours of vectors by brute force.

    Distances are computed in blocks, and only the nearest rows of each query are kept, which limits the memory.

    Parameters
    ----------
    X_query : {array-like, sparse matrix} of shape (n_queries, n_features)
        Vectors of the queries.
    X_database : {array-like, sparse matrix} of shape (n_database, n_features), default=None
        Vectors of the database. If None, each query searches all other queries (leave-one-out).
    n_neighbors : int, default=10
        Number of neighbours of each query.
    {metric}
    {metric jobs}

    Returns
    -------
    neighbors : ndarray of shape (n_queries, n_neighbors), intp
        Row numbers of the database, ordered by (distance, row).

    Raises
    ------
    ValueError
        If the rows are not valid or too few, or the metric is unknown or returns distances that are not finite.

    See Also
    --------
    neighbor_recall : Fraction of these neighbours that a search by codes finds.
    sklearn.neighbors.NearestNeighbors : Nearest-neighbour search as an estimator, with ties in any order.

    Notes
    -----
    For "cosine", "euclidean" and "inner_product" of dense rows, a matrix product in single precision and a bound on its
    rounding error exclude nearly all rows. The distances to the remaining rows are computed in double precision, so
    that the result has the accuracy of a search in double precision.

    Examples
    --------
    >>> from sklearn_hash.metrics import true_neighbors
    >>> true_neighbors([[1.0, 0.0]], [[0.0, 1.0], [2.0, 0.1], [1.0, 1.0]], n_neighbors=2)
    array([[1, 2]])
    """
    queries = _check_vectors(X_query, "X_query")
    leave_one_out = X_database is None
    database = queries if leave_one_out else _check_vectors(X_database, "X_database")
    if database.shape[1] != queries.shape[1]:
        raise ValueError(f"X_database must have {queries.shape[1]} columns, as X_query; got {database.shape[1]}.")
    check_n_neighbors(n_neighbors, database.shape[0] - leave_one_out)
    is_sparse = sparse.issparse(queries) or sparse.issparse(database)
    if is_sparse and metric == "inner_product":
        raise ValueError("X_query and X_database must be dense with metric='inner_product'; use toarray().")
    if not is_sparse and isinstance(metric, str) and metric in PRODUCT_METRICS:
        return nearest_by_products(queries, database, n_neighbors, metric, leave_one_out)
    return _nearest_by_distances(queries, database, n_neighbors, metric, leave_one_out, n_jobs)


def check_n_neighbors(n_neighbors, n_searched):
    """Raise an error if there are more neighbours than rows to search."""
    if n_neighbors > n_searched:
        raise ValueError(f"n_neighbors must be at most {n_searched}, the rows each query searches; got {n_neighbors}.")


def _check_vectors(X, name):
    return check_array(X, accept_sparse="csr", dtype="numeric", input_name=name)


def _nearest_by_distances(queries, database, n_neighbors, metric, leave_one_out, n_jobs):
    """Return the neighbours by any metric of scikit-learn, from all distances of a block of queries at a time."""

    def nearest(distances, start):
        if not np.isfinite(distances).all():
            raise ValueError(f"metric must give finite distances; {_name(metric)} does not for these rows.")
        if leave_one_out:
            rows = np.arange(len(distances))
            distances[rows, start + rows] = np.inf
        return _least(distances, n_neighbors)

    others = None if leave_one_out else database
    return np.concatenate(
        list(pairwise_distances_chunked(queries, others, reduce_func=nearest, metric=metric, n_jobs=n_jobs))
    )


def _name(metric):
    return f"{metric!r:.60}" if isinstance(metric, str) else getattr(metric, "__name__", type(metric).__name__)


def _least(distances, k):
    """Return the columns of the k least distances of every row, ordered by (distance, column)."""
    limit = np.partition(distances, k - 1, axis=1)[:, k - 1, None]
    rows, columns = np.nonzero(distances <= limit)
    order = np.lexsort((columns, distances[rows, columns], rows))
    starts = np.searchsorted(rows, np.arange(len(distances)))
    return columns[order[starts[:, None] + np.arange(k)]]
