"""Measures of graded relevance, which depend on the number of labels that a row and a query share."""

from numbers import Integral

import numpy as np

from sklearn_hash._compat import Interval, StrOptions, validate_params
from sklearn_hash.metrics._discounted_gain import discounted_scores
from sklearn_hash.metrics._docs import document
from sklearn_hash.metrics._retrieval import CONSTRAINTS, TIES, check_retrieval, mean_of_defined

__all__ = ["average_cumulative_gain", "ndcg_at_k"]

_K = Interval(Integral, 1, None, closed="left")
_CONSTRAINTS = {**CONSTRAINTS, "ties": [TIES], "gain": [StrOptions({"linear", "exponential"}), callable]}


@validate_params({**_CONSTRAINTS, "k": [_K]}, prefer_skip_nested_validation=True)
@document
def average_cumulative_gain(
    query_codes,
    y_query,
    database_codes=None,
    y_database=None,
    *,
    k,
    ties="expected",
    gain="linear",
    zero_division=0.0,
    packed=False,
    n_bits=None,
    n_jobs=None,
):
    """Compute the average cumulative gain (ACG) of the first k rows of a ranking by Hamming distance.

    ACG is the mean gain of the first k rows. By default, the gain of a row is the number of labels that it shares with
    the query, and with class labels ACG is the precision of the first k rows.

    Parameters
    ----------
    {codes and labels}
    k : int
        Number of rows retrieved; the whole database if it has fewer rows.
    {ties}
    {gain}
    {zero_division of gains}
    {packing}

    Returns
    -------
    {score}

    See Also
    --------
    ndcg_at_k : Normalised gain in which later ranks are discounted.
    precision_at_k : Gain of 1 for every relevant row.

    References
    ----------
    .. [1] F. Zhao, Y. Huang, L. Wang, T. Tan, "Deep Semantic Ranking Based Hashing for Multi-Label Image
       Retrieval", CVPR 2015.

    Examples
    --------
    >>> from sklearn_hash.metrics import average_cumulative_gain
    >>> database, labels = [[0, 0, 1], [0, 1, 1], [1, 1, 1]], [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    >>> average_cumulative_gain([[0, 0, 0]], [[1, 1, 0]], database, labels, k=2)
    1.5
    """
    retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
    n_ranks = min(k, retrieval.n_ranked)
    rules = {"ties": ties, "zero_division": zero_division, "n_jobs": n_jobs}
    scores = discounted_scores(retrieval, _gains(retrieval, gain), np.ones(n_ranks), lambda grades: n_ranks, **rules)
    return mean_of_defined(scores)


@validate_params({**_CONSTRAINTS, "k": [_K, None]}, prefer_skip_nested_validation=True)
@document
def ndcg_at_k(
    query_codes,
    y_query,
    database_codes=None,
    y_database=None,
    *,
    k=None,
    ties="expected",
    gain="linear",
    zero_division=0.0,
    packed=False,
    n_bits=None,
    n_jobs=None,
):
    """Compute the mean normalised discounted cumulative gain (NDCG) of a ranking by Hamming distance.

    By default, the gain of a row is the number of labels that it shares with the query. The gain at rank i is divided
    by ``log2(i + 1)``. The sum over the first k ranks is divided by the sum for the best order of the database, so that
    the score is at most 1.

    Parameters
    ----------
    {codes and labels}
    k : int, default=None
        Number of rows retrieved; the whole database by default.
    {ties}
    {gain}
    {zero_division of gains}
    {packing}

    Returns
    -------
    {score}

    See Also
    --------
    average_cumulative_gain : Mean gain without a discount.
    sklearn.metrics.ndcg_score : NDCG from matrices of scores and gains.

    References
    ----------
    .. [1] K. Jarvelin and J. Kekalainen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4), 2002.

    .. [2] F. McSherry and M. Najork, "Computing information retrieval performance measures efficiently in the
       presence of tied scores", ECIR 2008.

    .. [3] F. Zhao, Y. Huang, L. Wang, T. Tan, "Deep Semantic Ranking Based Hashing for Multi-Label Image
       Retrieval", CVPR 2015. Here the gain is exponential.

    Examples
    --------
    >>> from sklearn_hash.metrics import ndcg_at_k
    >>> database, labels = [[0, 1, 1], [0, 0, 1], [1, 1, 1]], [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    >>> round(ndcg_at_k([[0, 0, 0]], [[1, 1, 0]], database, labels), 3)
    0.86
    >>> round(ndcg_at_k([[0, 0, 0]], [[1, 1, 0]], database, labels, gain="exponential"), 3)
    0.797
    """
    retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
    n_ranks = retrieval.n_ranked if k is None else min(k, retrieval.n_ranked)
    gains, discounts = _gains(retrieval, gain), 1 / np.log2(np.arange(2, n_ranks + 2))
    until = np.concatenate([[0.0], np.cumsum(discounts)])
    best_first = np.argsort(-gains, kind="stable")

    def ideal(grades):
        stop = np.minimum(np.cumsum(grades[:, best_first], axis=1), n_ranks)
        return np.diff(until[stop], axis=1, prepend=0.0) @ gains[best_first]

    rules = {"ties": ties, "zero_division": zero_division, "n_jobs": n_jobs}
    return mean_of_defined(discounted_scores(retrieval, gains, discounts, ideal, **rules))


def _gains(retrieval, gain):
    """Return the gains of rows that share 0, 1, ... labels, up to the largest possible number."""
    shared = np.arange(retrieval.most_shared + 1)
    if not callable(gain):
        return shared.astype(float) if gain == "linear" else 2.0**shared - 1
    gains = np.asarray(gain(shared), dtype=float)
    if gains.shape != shared.shape or gains[0] != 0 or not (np.isfinite(gains) & (gains >= 0)).all():
        raise ValueError(
            "gain must return non-negative gains for an array of numbers of shared labels, and 0 for 0; for "
            f"{shared.tolist()!s:.60} it returned {gains.tolist()!s:.60}."
        )
    return gains
