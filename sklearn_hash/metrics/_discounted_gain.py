"""Discounted gain of the first ranks, of which precision, recall, ACG and NDCG at k are special cases."""

import numpy as np

from sklearn_hash.metrics._distance_counts import score_queries
from sklearn_hash.metrics._label_sets import by_label_set

__all__ = ["discounted_scores"]


def discounted_scores(retrieval, gains, discounts, norm, *, ties, zero_division, n_jobs):
    """Compute the discounted gain of every query over the first ranks, divided by a norm.

    In a group of t rows at equal distance with a total gain g, the expected gain at each rank is g / t over all orders
    of the rows. The group adds g / t times the sum of the discounts at its ranks.

    Parameters
    ----------
    retrieval : Retrieval
    gains : ndarray of shape (n_kinds,)
        Gain of a row that shares 0, 1, ..., ``n_kinds - 1`` or more labels with the query; 0 for no label.
    discounts : ndarray of shape (n_ranks,)
        Factor of the gain at each rank; it is 0 after the last rank.
    norm : callable
        ``norm(grades)`` returns the divisor of the sums, where ``grades`` of shape (n_queries, n_kinds) holds the
        numbers of database rows that share 0, 1, ... labels with each query.
    ties : {"expected", "index"}
    zero_division : float
        Score of a query for which no row of the database has a positive gain.
    n_jobs : int or None

    Returns
    -------
    scores : ndarray of shape (n_queries,)
    """

    def normalised(sums, grades):
        shape = np.broadcast_shapes(sums.shape, grades.shape[:1])
        scores = np.full(shape, float(zero_division))
        return np.divide(sums, norm(grades), out=scores, where=grades @ gains > 0)

    if ties == "index":
        return _index_order_scores(retrieval, gains, discounts, normalised, n_jobs)
    until = np.concatenate([[0.0], np.cumsum(discounts)])

    def score(counts):
        return normalised(_expected_sums(counts, gains, until), counts.sum(axis=2))

    return score_queries(retrieval, score, n_jobs, n_kinds=len(gains))


def _expected_sums(counts, gains, until):
    """Return expected sums from counts of rows at each distance; ``until[n]`` is the sum of the first n discounts."""
    total = counts.sum(axis=1)
    gain = np.tensordot(gains, counts, axes=(0, 1))
    stop = np.minimum(np.cumsum(total, axis=1), len(until) - 1)
    reached = until[stop]
    discount = np.diff(reached, axis=1, prepend=0.0)
    return (np.divide(gain, total, out=np.zeros_like(gain), where=total > 0) * discount).sum(axis=1)


def _index_order_scores(retrieval, gains, discounts, normalised, n_jobs):
    from sklearn_hash._hamming._index_order import index_order_gain  # loads numba

    scores = np.empty(retrieval.query_codes.shape[1])
    for rows, shared, excluded in by_label_set(retrieval):
        kinds = np.minimum(shared, len(gains) - 1)
        grades = np.bincount(kinds, minlength=len(gains))
        if retrieval.leave_one_out:
            grades[kinds[rows[0]]] -= 1  # the query itself; all queries of the group have the same number of labels
        queries, database = retrieval.query_codes[:, rows], retrieval.database_codes
        sums = index_order_gain(queries, database, gains[kinds], discounts, retrieval.n_bits, excluded, n_jobs)
        scores[rows] = normalised(sums, grades[None])
    return scores
