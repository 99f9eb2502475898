"""Measures of graded relevance: a row is worth more to a query, the more labels the two share."""

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
    """Mean gain of the first k rows of a ranking by Hamming distance: ACG@k.

    The gain of a row is the number of labels that it shares with the query, unless ``gain`` says otherwise. With
    class labels this is the precision of the first k.

    Parameters
    ----------
    {codes and labels}
    k : int
        How many rows are retrieved; all of them where the database holds fewer.
    {ties}
    {gain}
    {zero_division}
    {packing}

    Returns
    -------
    {score}

    See Also
    --------
    ndcg_at_k : Discounts the gain of later rows, and is 1 at best.
    precision_at_k : The same where every relevant row is worth 1.

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
    """Mean normalised discounted cumulative gain of a ranking by Hamming distance: NDCG@k.

    The gain of a row is the number of labels that it shares with the query, unless ``gain`` says otherwise. At rank
    i it is divided by ``log2(i + 1)``. The sum over the first k ranks is divided by that of the best order of the
    database, so the score is 1 at best.

    Parameters
    ----------
    {codes and labels}
    k : int, default=None
        How many rows are retrieved; the whole database when left out.
    {ties}
    {gain}
    {zero_division}
    {packing}

    Returns
    -------
    {score}

    See Also
    --------
    average_cumulative_gain : The gain itself.
    sklearn.metrics.ndcg_score : The same for any scores, from the matrices of scores and gains.

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
    """What a row is worth that shares 0, 1, ... labels, up to the most that any can share."""
    shared = np.arange(retrieval.most_shared + 1)
    if not callable(gain):
        return shared.astype(float) if gain == "linear" else 2.0**shared - 1
    gains = np.asarray(gain(shared), dtype=float)
    if gains.shape != shared.shape or gains[0] != 0 or not (np.isfinite(gains) & (gains >= 0)).all():
        raise ValueError(
            "gain must make non-negative gains of an array of numbers of shared labels, and 0 of none; of "
            f"{shared.tolist()} it made {gains.tolist()}."
        )
    return gains
