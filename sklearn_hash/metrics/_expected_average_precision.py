"""Exact expectation of average precision over the orders of tied rows, from counts of rows at each distance."""

import numpy as np

__all__ = ["expected_average_precision"]

_EXACT = 64  # harmonic numbers up to here come from a table, larger ones from an asymptotic series
_HARMONIC = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, _EXACT + 1))])


def expected_average_precision(total, relevant, *, k=None, zero_division=0.0):
    """Compute the expected average precision of each query over all orders of its tied rows.

    A group of t rows at equal distance, r of them relevant, that follows N rows with P relevant ones, adds
    ``r / t * [(P + 1 - s (N + 1)) (H(N + m) - H(N)) + s m]`` with ``s = (r - 1) / (t - 1)`` to the sum of
    precisions, where m <= t is the number of rows retrieved from the group, and s = 0 if t = 1.

    Parameters
    ----------
    total, relevant : ndarray of shape (n_queries, n_rings)
        Numbers of rows and of relevant rows at each distance.
    k : int, optional
        Number of rows retrieved; all by default.
    zero_division : float
        Score of a query without any relevant row.

    Returns
    -------
    scores : ndarray of shape (n_queries,)
    """
    total, relevant = total.astype(np.float64), relevant.astype(np.float64)
    before, found = np.cumsum(total, axis=1) - total, np.cumsum(relevant, axis=1) - relevant
    kept = total if k is None else np.clip(k - before, 0, total)
    whole = kept == total
    sums = np.where(whole, _ring_sum(total, relevant, before, found, total), 0.0).sum(axis=1)
    hits = np.where(whole, relevant, 0.0).sum(axis=1)
    scores = np.divide(sums, hits, out=np.zeros_like(sums), where=hits > 0)
    for query, ring in np.argwhere(~whole & (kept > 0) & (relevant > 0)):
        at = query, ring
        scores[query] = _cut_ring(total[at], relevant[at], kept[at], before[at], hits[query], sums[query])
    return np.where(relevant.any(axis=1), scores, zero_division)


def _cut_ring(total, relevant, kept, before, hits, sums):
    """Return the expected average precision of a query for which k falls inside a group of tied rows.

    The number of relevant rows retrieved from the group has a hypergeometric distribution. The sum of precisions and
    its divisor, the number of all relevant rows retrieved, are functions of that number.
    """
    drawn, probability = _hypergeometric(total, relevant, kept)
    ring_sums = _ring_sum(kept, drawn, before, hits, kept)
    found = hits + drawn
    return (probability * np.divide(sums + ring_sums, found, out=np.zeros_like(found), where=found > 0)).sum()


def _ring_sum(total, relevant, before, found, kept):
    """Return the expected sum of precisions over the relevant rows among the first ``kept`` of a group."""
    slope = np.divide(relevant - 1, total - 1, out=np.zeros_like(relevant), where=total > 1)
    share = np.divide(relevant, total, out=np.zeros_like(relevant), where=total > 0)
    span = _harmonic_span(before, kept)
    return share * ((found + 1) * span + slope * (kept - (before + 1) * span))


def _harmonic_span(start, length):
    """Return H(start + length) - H(start) without cancellation for large numbers."""
    stop = start + length
    small = _HARMONIC[np.minimum(stop, _EXACT).astype(np.intp)] - _HARMONIC[np.minimum(start, _EXACT).astype(np.intp)]
    low, high = np.maximum(start, _EXACT) + 0.5, np.maximum(stop, _EXACT) + 0.5
    return small + (np.log1p((high - low) / low) + (_harmonic_tail(high) - _harmonic_tail(low)))


def _harmonic_tail(x):
    """Return H(x - 1/2) - log(x) - gamma for large x, where gamma is Euler's constant."""
    inverse_square = 1.0 / (x * x)
    return inverse_square * (1 / 24 - inverse_square * (7 / 960 - inverse_square * (31 / 8064)))


def _hypergeometric(total, relevant, kept):
    """Return values and probabilities of the number of relevant rows among ``kept`` of ``total``.

    Values further than about ten standard deviations from the mean are left out, since their total probability is
    below double precision.
    """
    mean = kept * relevant / total
    reach = 30 + 10 * np.sqrt(mean * (1 - relevant / total))
    lowest = max(0.0, kept - (total - relevant), np.floor(mean - reach))
    highest = min(relevant, kept, np.ceil(mean + reach))
    drawn = np.arange(lowest, highest + 1)
    x = drawn[:-1]
    steps = (relevant - x) * (kept - x) / ((x + 1) * (total - relevant - kept + x + 1))
    logs = np.concatenate([[0.0], np.cumsum(np.log(steps))])
    probability = np.exp(logs - logs.max())
    return drawn, probability / probability.sum()
