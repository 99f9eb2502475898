"""Precision among the database rows within a Hamming radius."""

from numbers import Integral, Real

import numpy as np

from sklearn_hash._compat import Interval, validate_params
from sklearn_hash.metrics._counts import score_queries
from sklearn_hash.metrics._retrieval import check_retrieval, mean_of_defined

__all__ = ["precision_within_radius"]


@validate_params(
    {
        "radius": [Interval(Integral, 0, None, closed="left")],
        "zero_division": [Interval(Real, 0, 1, closed="both"), "nan"],
        "packed": ["boolean"],
        "n_jobs": [Integral, None],
    },
    prefer_skip_nested_validation=True,
)
def precision_within_radius(
    query_codes,
    y_query,
    database_codes=None,
    y_database=None,
    *,
    radius=2,
    zero_division=0.0,
    packed=False,
    n_bits=None,
    n_jobs=None,
):
    """Mean share of relevant rows among all rows within a Hamming radius of a query.

    A database row is relevant to a query where the two share a label. Radius 2 is what a lookup in a hash
    table reaches, hence the usual figure of the papers on hashing.

    Parameters
    ----------
    query_codes : array-like of shape (n_queries, n_bits)
        Codes of any form that :mod:`sklearn_hash.codes` reads, or packed bytes with ``packed=True``.
    y_query : array-like of shape (n_queries,) or {array-like, sparse matrix} of shape (n_queries, n_labels)
        Class labels of any kind, or a multi-label indicator of 0 and 1. A row of zeros is relevant to
        nothing.
    database_codes : array-like of shape (n_database, n_bits), default=None
        The codes searched. When left out, each query searches all the other queries (leave-one-out).
    y_database : array-like or sparse matrix with n_database rows, default=None
        Labels of the database, in the form of ``y_query``.
    radius : int, default=2
        Rows at this distance are within.
    zero_division : float between 0 and 1, or np.nan, default=0.0
        The precision of a query that has no row within the radius; NaN leaves such queries out of the mean,
        which flatters long codes.
    packed : bool, default=False
        Whether the codes are packed bytes.
    n_bits : int, default=None
        Length of the codes; needed for packed codes when it is not a multiple of 8.
    n_jobs : int, default=None
        Number of threads, in joblib's sense.

    Returns
    -------
    score : float
        NaN when no query has a precision.

    Raises
    ------
    ValueError
        If codes or labels are malformed, or do not fit each other.

    See Also
    --------
    mean_average_precision : Quality of the whole ranking.

    Examples
    --------
    >>> from sklearn_hash.metrics import precision_within_radius
    >>> database, labels = [[0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1]], ["cat", "dog", "dog"]
    >>> precision_within_radius([[0, 0, 0, 0]], ["cat"], database, labels)
    0.5
    """

    def precision(total, relevant):
        found = total[:, : radius + 1].sum(axis=1)
        hits = relevant[:, : radius + 1].sum(axis=1)
        return np.divide(hits, found, out=np.full(len(found), float(zero_division)), where=found > 0)

    retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
    return mean_of_defined(score_queries(retrieval, precision, n_jobs))
