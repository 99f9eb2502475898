"""Conversion of codes to columns of 64-bit words, and merging of equal columns into one with a weight."""

import numpy as np

__all__ = ["as_words", "distinct_columns", "distinct_with_inverse"]

_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: an odd multiplier that spreads low bits upwards


def as_words(packed):
    """Return packed codes as a uint64 matrix of shape (n_words, n), padded with zero bits."""
    n, n_bytes = packed.shape
    padded = np.zeros((n, -(-n_bytes // 8) * 8), dtype=np.uint8)
    padded[:, :n_bytes] = packed
    return np.ascontiguousarray(padded.view(np.uint64).T)


def distinct_columns(words):
    """Merge equal columns: return the distinct columns and the number of occurrences of each.

    If the keys of different columns collide, a column may remain in more than one copy. The weights still sum to the
    number of occurrences, so that weighted counts are exact.
    """
    if len(words) == 1:  # a plain sort of the words is four times faster than ordering columns by a key
        distinct, weights = np.unique(words[0], return_counts=True)
        return distinct[None], weights
    distinct, starts, _ = _runs(words)
    return distinct, np.diff(starts, append=words.shape[1])


def distinct_with_inverse(words):
    """Merge equal columns as :func:`distinct_columns` does, and return the index of each given column."""
    distinct, starts, order = _runs(words)
    first = np.zeros(words.shape[1], dtype=np.intp)
    first[starts[1:]] = 1
    inverse = np.empty_like(first)
    inverse[order] = np.cumsum(first)
    return distinct, inverse


def _runs(words):
    """Return the distinct columns, the starts of their runs in a sorted order of the columns, and that order."""
    order = np.argsort(_keys(words))
    ordered = words[:, order]
    fresh = np.ones(words.shape[1], dtype=bool)
    np.any(ordered[:, 1:] != ordered[:, :-1], axis=0, out=fresh[1:])
    starts = np.flatnonzero(fresh)
    return np.take(ordered, starts, axis=1), starts, order


def _keys(words):
    """Return a sort key per column, which is the same for equal columns."""
    keys = words[0].copy()
    for row in words[1:]:
        keys ^= keys >> np.uint64(32)
        keys *= _ODD
        keys += row
    return keys
