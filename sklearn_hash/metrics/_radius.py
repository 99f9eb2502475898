"""Precision and recall of all database rows within a Hamming radius."""

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
    """Mean share of relevant rows among all rows within a Hamming radius of a query.

    A database row is relevant to a query where the two share a label. Radius 2 is what a lookup in a hash
    table reaches, hence the usual figure of the papers on hashing. No order of tied rows matters.

    Parameters
    ----------
    {codes and labels}
    radius : int, default=2
        The largest distance of a row that is found.
    {zero_division}
        A query that has no row within the radius counts the same. Leaving these out flatters long codes.
    {packing}

    Returns
    -------
    {score}

    See Also
    --------
    recall_within_radius : Share of the relevant rows that are within the radius.
    hamming_precision_recall_curve : Both for every radius.
    mean_average_precision : Quality of the whole ranking.

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
    """Mean share of the relevant rows that are within a Hamming radius of a query.

    A database row is relevant to a query where the two share a label. No order of tied rows matters.

    Parameters
    ----------
    {codes and labels}
    radius : int, default=2
        The largest distance of a row that is found.
    {zero_division}
    {packing}

    Returns
    -------
    {score}

    See Also
    --------
    precision_within_radius : Share of the rows within the radius that are relevant.
    hamming_precision_recall_curve : Both for every radius.
    recall_at_k : The same for the first k rows of the ranking.

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
    """Mean precision and recall within every Hamming radius from 0 to the length of the codes.

    Parameters
    ----------
    {codes and labels}
    {zero_division}
        In the precision at a radius, a query that has no row within it counts the same.
    {packing}

    Returns
    -------
    precision : ndarray of shape (n_bits + 1,)
        What :func:`precision_within_radius` is at each radius.
    recall : ndarray of shape (n_bits + 1,)
        What :func:`recall_within_radius` is at each radius; never falls.
    radii : ndarray of shape (n_bits + 1,)
        0, 1, ..., ``n_bits``.

    Raises
    ------
    ValueError
        If codes or labels are malformed, or do not fit each other.

    See Also
    --------
    precision_within_radius : One point of the curve.
    recall_within_radius : One point of the curve.

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
    """Share of the relevant among (n_queries, 2, ...) counts of irrelevant and relevant rows."""
    found = within.sum(axis=1)
    scores = np.full(found.shape, float(zero_division))
    return np.divide(within[:, 1], found, out=scores, where=(found > 0) & any_relevant)


def _recall(hits, n_relevant, zero_division):
    return np.divide(hits, n_relevant, out=np.full(hits.shape, float(zero_division)), where=n_relevant > 0)
