"""Average precision of a ranking by Hamming distance with ties."""

from numbers import Integral

import numpy as np

from sklearn_hash._compat import Interval, validate_params
from sklearn_hash.metrics._distance_counts import score_queries
from sklearn_hash.metrics._docs import document
from sklearn_hash.metrics._expected_average_precision import expected_average_precision
from sklearn_hash.metrics._label_sets import by_label_set
from sklearn_hash.metrics._retrieval import CONSTRAINTS, TIES, check_retrieval, mean_of_defined

__all__ = ["average_precision_scores", "mean_average_precision"]


_CONSTRAINTS = {**CONSTRAINTS, "k": [Interval(Integral, 1, None, closed="left"), None], "ties": [TIES]}


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
@document
def average_precision_scores(
    query_codes,
    y_query,
    database_codes=None,
    y_database=None,
    *,
    k=None,
    ties="expected",
    zero_division=0.0,
    packed=False,
    n_bits=None,
    n_jobs=None,
):
    """Compute the average precision of every query for a database ranked by Hamming distance.

    A database row is relevant to a query if the two share a label. With ``R`` relevant rows among the first ``k`` of
    the ranking, the average precision of a query is the mean of the precision at the ranks of these ``R`` rows. With
    ``k=None`` the whole database is retrieved.

    With short codes most rows are tied. ``ties="expected"`` gives the exact mean over all orders of tied rows in
    closed form, which does not depend on the order of the database.

    Parameters
    ----------
    {codes and labels}
    k : int, default=None
        Number of rows retrieved; None for the whole database. As is usual in papers on hashing, the divisor is the
        number of relevant rows among those retrieved, not in the database.
    {ties}
    zero_division : float between 0 and 1, or np.nan, default=0.0
        Score of a query without any relevant row in the database. If relevant rows exist but none is among the first
        ``k``, the score is 0.
    {packing}

    Returns
    -------
    scores : ndarray of shape (n_queries,)
        Average precision of each query.

    Raises
    ------
    ValueError
        If codes or labels are not valid or not consistent with each other.

    See Also
    --------
    mean_average_precision : Mean of these scores.

    Notes
    -----
    A group of t rows at equal distance, r of them relevant, that follows N rows with P relevant ones adds

    .. math:: \\frac{r}{t} \\left[(P + 1 - s (N + 1)) (H_{N+t} - H_N) + s t\\right],
        \\quad s = \\frac{r - 1}{t - 1}

    to the expected sum of precisions, where H are the harmonic numbers and s = 0 if t = 1. Counts of rows at each
    distance are therefore sufficient, and no ranking is sorted. If ``k`` falls inside a group, the number of relevant
    rows retrieved from it has a hypergeometric distribution, over which the expectation is taken.

    References
    ----------
    .. [1] F. McSherry and M. Najork, "Computing information retrieval performance measures efficiently in the
       presence of tied scores", ECIR 2008.

    Examples
    --------
    >>> from sklearn_hash.metrics import average_precision_scores
    >>> codes = [[0, 0, 0], [0, 0, 1], [1, 1, 1], [0, 1, 1]]
    >>> average_precision_scores(codes, ["cat", "cat", "dog", "dog"])
    array([1. , 0.75, 1. , 0.75])
    """
    retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
    if ties == "index":
        return _index_order_scores(retrieval, k, zero_division, n_jobs)

    def score(counts):
        return expected_average_precision(counts.sum(axis=1), counts[:, 1], k=k, zero_division=zero_division)

    return score_queries(retrieval, score, n_jobs)


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
@document
def mean_average_precision(
    query_codes,
    y_query,
    database_codes=None,
    y_database=None,
    *,
    k=None,
    ties="expected",
    zero_division=0.0,
    packed=False,
    n_bits=None,
    n_jobs=None,
):
    """Compute the mean average precision (mAP) of a ranking by Hamming distance.

    A database row is relevant to a query if the two share a label. With ``R`` relevant rows among the first ``k`` of
    the ranking, the average precision of a query is the mean of the precision at the ranks of these ``R`` rows. With
    ``k=None`` the whole database is retrieved.

    Parameters
    ----------
    {codes and labels}
    k : int, default=None
        Number of rows retrieved, for mAP@k; None for the whole database. As is usual in papers on hashing, the divisor
        is the number of relevant rows among those retrieved, not in the database.
    {ties}
    {zero_division}
        If relevant rows exist but none is among the first ``k``, the score is 0.
    {packing}

    Returns
    -------
    {score}

    See Also
    --------
    average_precision_scores : Average precision of every query, and the formula for ties.

    References
    ----------
    .. [1] F. McSherry and M. Najork, "Computing information retrieval performance measures efficiently in the
       presence of tied scores", ECIR 2008.

    Examples
    --------
    >>> from sklearn_hash.metrics import mean_average_precision
    >>> database, labels = [[0, 0, 1], [1, 1, 1], [0, 1, 0]], ["cat", "dog", "dog"]
    >>> mean_average_precision([[0, 0, 0], [1, 1, 0]], ["cat", "dog"], database, labels)
    0.875
    >>> mean_average_precision([[0, 0, 0], [1, 1, 0]], ["cat", "dog"], database, labels, ties="index")
    1.0
    """
    scores = average_precision_scores(
        query_codes,
        y_query,
        database_codes,
        y_database,
        k=k,
        ties=ties,
        zero_division=zero_division,
        packed=packed,
        n_bits=n_bits,
        n_jobs=n_jobs,
    )
    return mean_of_defined(scores)


def _index_order_scores(retrieval, k, zero_division, n_jobs):
    from sklearn_hash._hamming._index_order import index_order_precision  # loads numba

    database, n_bits = retrieval.database_codes, retrieval.n_bits
    limit = database.shape[1] if k is None else k
    scores = np.empty(retrieval.query_codes.shape[1])
    for rows, shared, excluded in by_label_set(retrieval):
        relevant, queries = shared > 0, retrieval.query_codes[:, rows]
        n_relevant = relevant.sum() - (relevant[rows] if retrieval.leave_one_out else 0)
        found = index_order_precision(queries, database, relevant, n_bits, limit, excluded, n_jobs)
        scores[rows] = np.where(n_relevant > 0, found, zero_division)
    return scores
