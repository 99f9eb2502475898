"""Precision and recall of the first k rows of a ranking by Hamming distance."""

from numbers import Integral

import numpy as np

from sklearn_hash._compat import Interval, validate_params
from sklearn_hash.metrics._discounted_gain import discounted_scores
from sklearn_hash.metrics._docs import document
from sklearn_hash.metrics._retrieval import CONSTRAINTS, TIES, check_retrieval, mean_of_defined

__all__ = ["precision_at_k", "recall_at_k"]

_CONSTRAINTS = {**CONSTRAINTS, "k": [Interval(Integral, 1, None, closed="left")], "ties": [TIES]}
_RELEVANT = np.array([0.0, 1.0])


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
@document
def precision_at_k(
    query_codes,
    y_query,
    database_codes=None,
    y_database=None,
    *,
    k,
    ties="expected",
    zero_division=0.0,
    packed=False,
    n_bits=None,
    n_jobs=None,
):
    """Compute the mean precision of the first k rows of a ranking by Hamming distance.

    The precision of a query is the fraction of the first k rows that are relevant. A database row is relevant to a
    query if the two share a label.

    Parameters
    ----------
    {codes and labels}
    k : int
        Number of rows retrieved; the whole database if it has fewer rows.
    {ties}
    {zero_division}
    {packing}

    Returns
    -------
    {score}

    See Also
    --------
    recall_at_k : Fraction of the relevant rows that are among the first k.
    average_cumulative_gain : Generalisation to graded relevance.

    Examples
    --------
    >>> from sklearn_hash.metrics import precision_at_k
    >>> database, labels = [[0, 0, 0, 1], [0, 0, 1, 1], [1, 1, 0, 0]], ["cat", "dog", "cat"]
    >>> precision_at_k([[0, 0, 0, 0]], ["cat"], database, labels, k=2)
    0.75
    >>> precision_at_k([[0, 0, 0, 0]], ["cat"], database, labels, k=2, ties="index")
    0.5
    """
    retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
    n_ranks = min(k, retrieval.n_ranked)
    return _mean_of_hits(retrieval, n_ranks, lambda grades: n_ranks, ties, zero_division, n_jobs)


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
@document
def recall_at_k(
    query_codes,
    y_query,
    database_codes=None,
    y_database=None,
    *,
    k,
    ties="expected",
    zero_division=0.0,
    packed=False,
    n_bits=None,
    n_jobs=None,
):
    """Compute the mean recall of the first k rows of a ranking by Hamming distance.

    The recall of a query is the fraction of the relevant rows that are among the first k. A database row is relevant to
    a query if the two share a label.

    Parameters
    ----------
    {codes and labels}
    k : int
        Number of rows retrieved.
    {ties}
    {zero_division}
    {packing}

    Returns
    -------
    {score}

    See Also
    --------
    precision_at_k : Fraction of the first k rows that are relevant.
    recall_within_radius : Recall of all rows within a Hamming radius.

    Examples
    --------
    >>> from sklearn_hash.metrics import recall_at_k
    >>> database, labels = [[0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1]], ["cat", "dog", "cat"]
    >>> recall_at_k([[0, 0, 0, 0]], ["cat"], database, labels, k=2)
    0.5
    """
    retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
    n_ranks = min(k, retrieval.n_ranked)
    return _mean_of_hits(retrieval, n_ranks, lambda grades: grades[:, 1], ties, zero_division, n_jobs)


def _mean_of_hits(retrieval, n_ranks, norm, ties, zero_division, n_jobs):
    """Return the mean over queries of the number of relevant rows among the first ranks, divided by a norm."""
    rules = {"ties": ties, "zero_division": zero_division, "n_jobs": n_jobs}
    return mean_of_defined(discounted_scores(retrieval, _RELEVANT, np.ones(n_ranks), norm, **rules))
