"""Precision and recall of the database rows within a Hamming radius."""

from numbers import Integral

import numpy as np

from sklearn_hash._compat import Interval, validate_params
from sklearn_hash.metrics._distance_counts import mean_over_queries, score_queries
from sklearn_hash.metrics._docs import document
from sklearn_hash.metrics._retrieval import CONSTRAINTS, check_retrieval, mean_of_defined

__all__ = ["hamming_precision_recall_curve", "precision_within_radius", "recall_within_radius"]

_CONSTRAINTS = {**CONSTRAINTS, "radius": [Interval(Integral, 0, None, closed="left")]}


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
@document
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
    """Compute the mean precision of all rows within a Hamming radius of a query.

    The precision of a query is the fraction of the rows within the radius that are relevant. A database row is relevant
    to a query if the two share a label. Papers on hashing usually report radius 2, for which lookups in a hash table
    are feasible. The score does not depend on the order of tied rows.

    Parameters
    ----------
    {codes and labels}
    radius : int, default=2
        Largest distance of a retrieved row, in bits, inclusive.
    {zero_division}
        It is also the score of a query without any row within the radius.
    {packing}

    Returns
    -------
    {score}

    See Also
    --------
    recall_within_radius : Fraction of the relevant rows that are within the radius.
    hamming_precision_recall_curve : Precision and recall for every radius.
    mean_average_precision : Measure of the whole ranking.

    Examples
    --------
    >>> from sklearn_hash.metrics import precision_within_radius
    >>> database, labels = [[0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1]], ["cat", "dog", "dog"]
    >>> precision_within_radius([[0, 0, 0, 0]], ["cat"], database, labels)
    0.5
    """

    def precision(counts):
        return _precision(counts[:, :, : radius + 1].sum(axis=2), counts[:, 1].any(axis=1), zero_division)

    retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
    return mean_of_defined(score_queries(retrieval, precision, n_jobs))


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
@document
def recall_within_radius(
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
    """Compute the mean recall of all rows within a Hamming radius of a query.

    The recall of a query is the fraction of the relevant rows that are within the radius. A database row is relevant to
    a query if the two share a label. The score does not depend on the order of tied rows.

    Parameters
    ----------
    {codes and labels}
    radius : int, default=2
        Largest distance of a retrieved row, in bits, inclusive.
    {zero_division}
    {packing}

    Returns
    -------
    {score}

    See Also
    --------
    precision_within_radius : Fraction of the rows within the radius that are relevant.
    hamming_precision_recall_curve : Precision and recall for every radius.
    recall_at_k : Recall of the first k rows of the ranking.

    Examples
    --------
    >>> from sklearn_hash.metrics import recall_within_radius
    >>> database, labels = [[0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1]], ["cat", "dog", "cat"]
    >>> recall_within_radius([[0, 0, 0, 0]], ["cat"], database, labels)
    0.5
    """

    def recall(counts):
        return _recall(counts[:, 1, : radius + 1].sum(axis=1), counts[:, 1].sum(axis=1), zero_division)

    retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
    return mean_of_defined(score_queries(retrieval, recall, n_jobs))


@validate_params(CONSTRAINTS, prefer_skip_nested_validation=True)
@document
def hamming_precision_recall_curve(
    query_codes,
    y_query,
    database_codes=None,
    y_database=None,
    *,
    zero_division=0.0,
    packed=False,
    n_bits=None,
    n_jobs=None,
):
    """Compute the mean precision and recall within every Hamming radius from 0 to the code length.

    Parameters
    ----------
    {codes and labels}
    {zero_division}
        It is also the precision of a query at radii without any row.
    {packing}

    Returns
    -------
    precision : ndarray of shape (n_bits + 1,)
        Mean precision at each radius, as computed by :func:`precision_within_radius`.
    recall : ndarray of shape (n_bits + 1,)
        Mean recall at each radius, as computed by :func:`recall_within_radius`; it does not decrease with the radius.
    radii : ndarray of shape (n_bits + 1,)
        The radii 0, 1, ..., ``n_bits``.

    Raises
    ------
    ValueError
        If codes or labels are not valid or not consistent with each other.

    See Also
    --------
    precision_within_radius : Precision at one radius.
    recall_within_radius : Recall at one radius.

    Examples
    --------
    >>> from sklearn_hash.metrics import hamming_precision_recall_curve
    >>> database, labels = [[0, 0, 0], [0, 0, 1], [0, 1, 1]], ["cat", "dog", "cat"]
    >>> precision, recall, radii = hamming_precision_recall_curve([[0, 0, 0]], ["cat"], database, labels)
    >>> precision.round(2), recall, radii
    (array([1.  , 0.5 , 0.67, 0.67]), array([0.5, 0.5, 1. , 1. ]), array([0, 1, 2, 3]))
    """

    def both(counts):
        within = np.cumsum(counts, axis=2)
        n_relevant = within[:, 1, -1:]
        precision = _precision(within, n_relevant > 0, zero_division)
        return np.stack([precision, _recall(within[:, 1], n_relevant, zero_division)], axis=1)

    retrieval = check_retrieval(query_codes, y_query, database_codes, y_database, packed, n_bits)
    precision, recall = mean_over_queries(retrieval, both, n_jobs)
    return precision, recall, np.arange(retrieval.n_bits + 1)


def _precision(within, any_relevant, zero_division):
    """Return the precision, from counts of irrelevant and relevant rows of shape (n_queries, 2, ...)."""
    found = within.sum(axis=1)
    scores = np.full(found.shape, float(zero_division))
    return np.divide(within[:, 1], found, out=scores, where=(found > 0) & any_relevant)


def _recall(hits, n_relevant, zero_division):
    return np.divide(hits, n_relevant, out=np.full(hits.shape, float(zero_division)), where=n_relevant > 0)
