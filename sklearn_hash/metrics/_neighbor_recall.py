"""Recall of the true nearest neighbours of vectors in a ranking of their codes."""

from numbers import Integral

import numpy as np
from sklearn.utils import check_array

from sklearn_hash._compat import Interval, _num_samples, validate_params
from sklearn_hash._hamming._distinct import as_words, distinct_columns
from sklearn_hash._validation import check_codes
from sklearn_hash.metrics._docs import document
from sklearn_hash.metrics._retrieval import TIES
from sklearn_hash.metrics._true_neighbors import NEIGHBOR_CONSTRAINTS, check_n_neighbors, true_neighbors

__all__ = ["neighbor_recall"]

_COUNTS_A_BLOCK = 1 << 18  # maximum number of counts in memory at once
_CONSTRAINTS = {
    **NEIGHBOR_CONSTRAINTS,
    "n_candidates": [Interval(Integral, 1, None, closed="left"), "array-like"],
    "ties": [TIES],
    "packed": ["boolean"],
}


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
@document
def neighbor_recall(
    query_codes,
    X_query,
    database_codes=None,
    X_database=None,
    *,
    n_neighbors=10,
    n_candidates=10,
    metric="cosine",
    ties="expected",
    packed=False,
    n_bits=None,
    n_jobs=None,
):
    """Compute the mean recall of true nearest neighbours among the first rows of a ranking by Hamming distance.

    The true neighbours of a query are the ``n_neighbors`` rows nearest to it in the space of the vectors that the codes
    were made of. The recall is the fraction of them among the first ``n_candidates`` rows of the ranking of codes. No
    labels are needed.

    Parameters
    ----------
    query_codes : array-like of shape (n_queries, n_bits)
        Bits, signs or real values (a bit is set where the value is positive), or packed bytes with ``packed=True``.
    X_query : {array-like, sparse matrix} of shape (n_queries, n_features) or array-like of integers
        Vectors of the queries. With ``metric="precomputed"``, the true neighbours of each query as returned by
        :func:`true_neighbors`: row numbers of the database, the nearest first, in at least ``n_neighbors`` columns;
        further columns are ignored.
    database_codes : array-like of shape (n_database, n_bits), default=None
        Codes of the database. If None, each query searches all other queries (leave-one-out).
    X_database : {array-like, sparse matrix} of shape (n_database, n_features), default=None
        Vectors of the database; not allowed with ``metric="precomputed"``.
    n_neighbors : int, default=10
        Number of true neighbours of each query.
    n_candidates : int or array-like of int, default=10
        Number of rows retrieved by their codes. With ``ties="expected"``, several numbers take no longer than one.
    {metric}
        With "precomputed", the true neighbours are given as ``X_query``.
    {ties}
    {packing}

    Returns
    -------
    recall : float or ndarray of shape (len(n_candidates),)
        Mean recall over the queries; an array if ``n_candidates`` is an array.

    Raises
    ------
    ValueError
        If codes, vectors or neighbours are not valid or not consistent with each other, or the database has too few
        rows.

    See Also
    --------
    true_neighbors : Computation of the true neighbours, for use with several kinds of codes.
    make_neighbor_scorer : Scorer based on this measure, for model selection.
    recall_at_k : Recall of the rows that share a label with the query.

    Notes
    -----
    A group of t rows at equal distance, r of them true neighbours, with s ranks left among the candidates, adds
    ``r * min(s, t) / t`` true neighbours in expectation over the orders of these t rows.

    References
    ----------
    .. [1] H. Jegou, M. Douze and C. Schmid, "Product Quantization for Nearest Neighbor Search", IEEE TPAMI 33(1),
       2011. Its recall@R is this measure with ``n_neighbors=1`` and ``n_candidates=R``.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_hash import LSHHasher
    >>> from sklearn_hash.metrics import neighbor_recall
    >>> X = np.random.default_rng(0).standard_normal((500, 16))
    >>> codes = LSHHasher(32, random_state=0).fit(X).transform(X)
    >>> recall = neighbor_recall(codes[:50], X[:50], codes[50:], X[50:], n_neighbors=5, n_candidates=[5, 50, 450])
    >>> recall.round(2)
    array([0.27, 0.81, 1.  ])
    """
    query, n_bits = check_codes(query_codes, packed=packed, n_bits=n_bits, name="query_codes")
    if len(query) == 0:
        raise ValueError("query_codes must hold at least one code; got none.")
    leave_one_out = database_codes is None
    database = query
    if not leave_one_out:
        database, _ = check_codes(database_codes, packed=packed, n_bits=n_bits, name="database_codes")
    firsts = _check_n_candidates(n_candidates)
    _check_rows(X_query, len(query), "X_query", "query_codes")
    if metric == "precomputed":
        if X_database is not None:
            raise ValueError("X_database must be left out with metric='precomputed'.")
        neighbors = _check_neighbors(X_query, n_neighbors, len(database), leave_one_out)
    else:
        _check_database(database_codes, len(database), X_database)
        neighbors = true_neighbors(X_query, X_database, n_neighbors=n_neighbors, metric=metric, n_jobs=n_jobs)
    count = _hits_in_index_order if ties == "index" else _expected_hits
    hits = count(as_words(query), as_words(database), neighbors, n_bits, firsts, leave_one_out, n_jobs)
    recall = hits.mean(axis=0) / n_neighbors
    return recall if np.ndim(n_candidates) else float(recall[0])


def _check_n_candidates(n_candidates):
    """Return the numbers of candidates as an array."""
    firsts = np.atleast_1d(np.asarray(n_candidates))
    if firsts.ndim != 1 or firsts.dtype.kind not in "iu" or firsts.size == 0 or firsts.min() < 1:
        raise ValueError(f"n_candidates must hold positive integers; got {n_candidates!s:.60}.")
    return firsts


def _check_rows(X, n_codes, name, codes_name):
    if X is None or _num_samples(X) != n_codes:
        found = "None" if X is None else _num_samples(X)
        raise ValueError(f"{name} must have {n_codes} rows, one for each of {codes_name}; got {found}.")


def _check_database(database_codes, n_codes, X_database):
    """Raise an error if a database is given by only its vectors or only its codes."""
    if database_codes is not None:
        _check_rows(X_database, n_codes, "X_database", "database_codes")
    elif X_database is not None:
        raise ValueError("database_codes must be given with X_database; got None.")


def _check_neighbors(neighbors, n_neighbors, n_database, leave_one_out):
    """Return the first columns of given neighbours, checked to be rows of the database."""
    check_n_neighbors(n_neighbors, n_database - leave_one_out)
    neighbors = check_array(neighbors, dtype=None, input_name="X_query")
    if neighbors.dtype.kind not in "iu":
        raise ValueError(f"X_query must hold integers with metric='precomputed'; got {neighbors.dtype}.")
    if neighbors.shape[1] < n_neighbors:
        raise ValueError(f"X_query must have at least n_neighbors={n_neighbors} columns; got {neighbors.shape[1]}.")
    neighbors = neighbors[:, :n_neighbors]
    outside = neighbors[(neighbors < 0) | (neighbors >= n_database)]
    if outside.size:
        raise ValueError(f"X_query must hold rows of the database, from 0 to {n_database - 1}; got {outside[0]}.")
    if (np.diff(np.sort(neighbors, axis=1), axis=1) == 0).any():
        raise ValueError("X_query must name no row twice among the neighbors of one query.")
    if leave_one_out and (neighbors == np.arange(n_database)[:, None]).any():
        raise ValueError("X_query must not name a query as its own neighbor without database_codes.")
    return neighbors.astype(np.intp)


def _expected_hits(queries, database, neighbors, n_bits, firsts, leave_one_out, n_jobs):
    """Return the expected number of true neighbours of each query among the first rows, for each number of rows."""
    from sklearn_hash._hamming._histogram import distance_histograms  # loads numba

    codes, weights = distinct_columns(database)
    hits = np.empty((queries.shape[1], len(firsts)))
    step = max(1, _COUNTS_A_BLOCK // (n_bits + 1))
    for start in range(0, len(hits), step):
        block = slice(start, start + step)
        total = distance_histograms(queries[:, block], codes, weights, n_bits, n_jobs=n_jobs)[:, 0]
        if leave_one_out:
            total[:, 0] -= 1
        found = _neighbor_histograms(queries[:, block], database, neighbors[block], n_bits + 1)
        share = np.divide(found, total, out=np.zeros(total.shape), where=total > 0)
        reached = np.cumsum(total, axis=1)
        for column, first in enumerate(firsts):
            retrieved = np.diff(np.minimum(reached, first), axis=1, prepend=0)
            hits[block, column] = (share * retrieved).sum(axis=1)
    return hits


def _neighbor_histograms(queries, database, neighbors, n_rings):
    """Count the true neighbours of each query at each distance."""
    differing = np.bitwise_count(queries[:, :, None] ^ database[:, neighbors])
    cells = differing.sum(axis=0, dtype=np.intp) + n_rings * np.arange(len(neighbors))[:, None]
    return np.bincount(cells.ravel(), minlength=len(neighbors) * n_rings).reshape(len(neighbors), n_rings)


def _hits_in_index_order(queries, database, neighbors, n_bits, firsts, leave_one_out, n_jobs):
    """Return the number of true neighbours of each query among the first rows, with ties in the order of rows."""
    from sklearn_hash._hamming._index_order import index_order_gain  # loads numba
    from sklearn_hash._hamming._threads import effective_threads, map_threads

    n_ranked = database.shape[1] - leave_one_out

    def count(query):
        is_neighbor = np.zeros(database.shape[1])
        is_neighbor[neighbors[query]] = 1
        excluded = np.array([query if leave_one_out else -1])
        codes = queries[:, [query]], database, is_neighbor
        return [index_order_gain(*codes, np.ones(min(n, n_ranked)), n_bits, excluded, 1)[0] for n in firsts]

    return np.array(map_threads(count, range(len(neighbors)), effective_threads(n_jobs)))
