"""The exact expectation of average precision over all orders of tied items, from ring counts alone."""

import numpy as np

__all__ = ["expected_average_precision"]

_EXACT = 64  # harmonic numbers up to here come from a table, the rest from a series exact to the last digits
_HARMONIC = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, _EXACT + 1))])


def expected_average_precision(total, relevant, *, k=None, zero_division=0.0):
    """Average precision of each query, averaged over the orders that its ties allow.

    A ring of t items with r relevant, after N items with P relevant, adds
    ``r / t * [(P + 1 - s (N + 1)) (H(N + m) - H(N)) + s m]`` with ``s = (r - 1) / (t - 1)`` to the sum of
    precisions, where m <= t is how many of its items are retrieved, and s = 0 for a single item.

    Parameters
    ----------
    total, relevant : ndarray of shape (n_queries, n_rings)
        How many items, and how many relevant ones, each ring of equal distance holds.
    k : int, optional
        Items retrieved; all when left out.
    zero_division : float
        The score of a query to which nothing is relevant.
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
    """Expected average precision where k falls inside a ring.

    Of the ring's relevant items a hypergeometric number is retrieved. Both the sum of precisions and the
    number of relevant items retrieved, which divides it, follow from that number.
    """
    drawn, probability = _hypergeometric(total, relevant, kept)
    ring_sums = _ring_sum(kept, drawn, before, hits, kept)
    found = hits + drawn
    return (probability * np.divide(sums + ring_sums, found, out=np.zeros_like(found), where=found > 0)).sum()


def _ring_sum(total, relevant, before, found, kept):
    """Expected sum of precisions over the relevant ones of a ring's first ``kept`` items."""
    slope = np.divide(relevant - 1, total - 1, out=np.zeros_like(relevant), where=total > 1)
    share = np.divide(relevant, total, out=np.zeros_like(relevant), where=total > 0)
    span = _harmonic_span(before, kept)
    return share * ((found + 1) * span + slope * (kept - (before + 1) * span))


def _harmonic_span(start, length):
    """H(start + length) - H(start), with no digits lost to cancellation when both are large."""
    stop = start + length
    small = _HARMONIC[np.minimum(stop, _EXACT).astype(np.intp)] - _HARMONIC[np.minimum(start, _EXACT).astype(np.intp)]
    low, high = np.maximum(start, _EXACT) + 0.5, np.maximum(stop, _EXACT) + 0.5
    return small + (np.log1p((high - low) / low) + (_harmonic_tail(high) - _harmonic_tail(low)))


def _harmonic_tail(x):
    """What H(x - 1/2) exceeds log(x) + Euler's constant by, for large x."""
    inverse_square = 1.0 / (x * x)
    return inverse_square * (1 / 24 - inverse_square * (7 / 960 - inverse_square * (31 / 8064)))


def _hypergeometric(total, relevant, kept):
    """Values and probabilities of the number of relevant items among ``kept`` of ``total``.

    Values further than about ten deviations from the mean are left out: together they weigh less than the
    last digit of a float.
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
