"""Exact nearest neighbours for metrics based on matrix products: cosine, Euclidean and inner product."""

import numpy as np
from sklearn.utils import gen_batches

__all__ = ["PRODUCT_METRICS", "nearest_by_products"]

PRODUCT_METRICS = {"cosine", "euclidean", "l2", "sqeuclidean", "inner_product"}

_QUERIES_A_BLOCK = 1024
_ROWS_A_BLOCK = 4096
_PAIRS_A_BLOCK = 1 << 18
_VALUES_A_BLOCK = 1 << 22  # values of rows in double precision


def nearest_by_products(queries, database, n_neighbors, metric, leave_one_out):
    """Return the rows of the database nearest to each query, ordered by (distance, row).

    Parameters
    ----------
    queries : ndarray of shape (n_queries, n_features)
    database : ndarray of shape (n_database, n_features)
    n_neighbors : int
    metric : str
        One of ``PRODUCT_METRICS``.
    leave_one_out : bool
        Whether queries and database are the same rows; a row is then not its own neighbour.

    Returns
    -------
    neighbors : ndarray of shape (n_queries, n_neighbors), intp
    """
    vectors = _Vectors(queries, database, metric)
    blocks = gen_batches(len(queries), _block_size(_QUERIES_A_BLOCK, queries.shape[1]))
    return np.concatenate([_nearest_of_block(vectors, block, n_neighbors, leave_one_out) for block in blocks])


def _block_size(most, n_features):
    return max(64, min(most, _VALUES_A_BLOCK // n_features))


def _nearest_of_block(vectors, block, n_neighbors, leave_one_out):
    """Return the nearest rows of a slice of the queries."""
    start, stop = block.start, block.stop
    factors, norms = vectors.query_factors(start, stop)
    nearest = _Nearest(stop - start, n_neighbors)
    n_database, n_features = vectors.database.shape
    for rows in gen_batches(n_database, _block_size(_ROWS_A_BLOCK, n_features)):
        first, last = rows.start, rows.stop
        row_factors, row_norms = vectors.row_factors(first, last)
        scores = factors @ row_factors.T
        if leave_one_out:
            own = np.arange(max(start, first), min(stop, last))
            scores[own - start, own - first] = np.inf
        error = vectors.rounding_error(norms, row_norms.max())
        limit = nearest.distances[:, -1] - vectors.score_offset(norms) + error
        candidates = _candidates(scores, limit, 2 * error, n_neighbors)
        for part in gen_batches(len(candidates), _block_size(_PAIRS_A_BLOCK, n_features)):
            i, j = np.divmod(candidates[part], last - first)
            nearest.add(i, first + j, vectors.distances(start + i, first + j))
    return nearest.final_rows()


def _candidates(scores, limit, tolerance, k):
    """Return the flat indices of the scores that are below the limit of their query.

    If there are many of them, as in the first block when no limit is known yet, the limit is lowered to the k-th score
    of the block plus a tolerance.
    """
    below = np.flatnonzero(scores < limit.astype(np.float32)[:, None])
    if len(below) > 4 * k * len(scores) and k < scores.shape[1]:
        kth = np.partition(scores, k - 1, axis=1)[:, k - 1]
        limit = np.minimum(limit, kth + tolerance)
        below = np.flatnonzero(scores < limit.astype(np.float32)[:, None])
    return below


class _Nearest:
    """The k nearest rows of each query among the rows added."""

    def __init__(self, n_queries, k):
        self.distances = np.full((n_queries, k), np.inf)
        self.rows = np.full((n_queries, k), -1, dtype=np.intp)
        self.waiting: list[tuple] = []

    def add(self, queries, rows, distances):
        """Add pairs of queries and rows; rows must be larger than all rows added before for the query.

        Pairs are collected and merged only when there are many, since a merge sorts everything that is kept.
        """
        near = distances < self.distances[queries, -1]  # at equal distance the smaller row is kept
        self.waiting.append((queries[near], rows[near], distances[near]))
        if sum(len(part[0]) for part in self.waiting) > self.rows.size // 4:
            self._merge()

    def final_rows(self):
        """Return the nearest rows, ordered by (distance, row)."""
        self._merge()
        return self.rows

    def _merge(self):
        n_queries, k = self.rows.shape
        kept = np.repeat(np.arange(n_queries), k), self.rows.ravel(), self.distances.ravel()
        query, row, distance = (np.concatenate(parts) for parts in zip(kept, *self.waiting, strict=True))
        order = np.lexsort((row, distance, query))
        starts = np.searchsorted(query, np.arange(n_queries), sorter=order)
        first = order[starts[:, None] + np.arange(k)]
        self.distances, self.rows, self.waiting = distance[first], row[first], []


class _Vectors:
    """Queries and database rows, as factors of a matrix product in single precision or as pairs in double precision.

    A product of factors is a score: the distance minus an offset that depends only on the query, up to a rounding
    error. All rows are scaled by a power of two, which is exact and keeps squares from overflowing.
    """

    def __init__(self, queries, database, metric):
        self.queries, self.database = queries, database
        self.is_cosine = metric == "cosine"
        self.is_euclidean = metric in ("euclidean", "l2", "sqeuclidean")
        largest = max(max(float(X.max()), -float(X.min())) for X in (queries, database))
        self.scale = 2.0 ** -max(int(np.frexp(largest)[1]), -1000)
        # Centring does not change distances and reduces the rounding error of the products.
        self.center = self._scaled(database[:_ROWS_A_BLOCK]).mean(axis=0) if self.is_euclidean else 0.0

    def query_factors(self, start, stop):
        """Return the factors of queries in single precision, and the norms of these queries."""
        queries = self._scaled(self.queries[start:stop]) - self.center
        factors = np.hstack([-2 * queries, np.ones((len(queries), 1))]) if self.is_euclidean else -queries
        return factors.astype(np.float32), _norms(queries)

    def row_factors(self, start, stop):
        """Return the factors of database rows in single precision, and the norms of these rows."""
        rows = self._scaled(self.database[start:stop]) - self.center
        norms = _norms(rows)
        factors = np.hstack([rows, norms[:, None] ** 2]) if self.is_euclidean else rows
        return factors.astype(np.float32), norms

    def score_offset(self, norms):
        """Return the term that converts a score to a distance, for queries with the given norms."""
        return norms**2 if self.is_euclidean else 0.0

    def rounding_error(self, norms, row_norm):
        """Return a bound on the rounding error of scores, for rows of norm at most ``row_norm``."""
        size = (norms + row_norm) ** 2 if self.is_euclidean else norms * row_norm
        single = np.finfo(np.float32)
        return (self.database.shape[1] + 16) * (single.eps * size + single.tiny)

    def distances(self, i, j):
        """Return the distances of pairs of queries i and rows j in double precision."""
        queries, rows = self._scaled(self.queries[i]), self._scaled(self.database[j])
        # Sums along rows always use the same order of additions, so that equal rows have equal distances.
        return ((queries - rows) ** 2).sum(axis=1) if self.is_euclidean else -(queries * rows).sum(axis=1)

    def _scaled(self, X):
        rows = np.ascontiguousarray(X, dtype=np.float64) * self.scale
        if not self.is_cosine:
            return rows
        norms = _norms(rows)[:, None]
        return np.divide(rows, norms, out=rows, where=norms > 0)


def _norms(rows):
    return np.sqrt((rows * rows).sum(axis=1))
