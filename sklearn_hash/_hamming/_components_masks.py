"""Bit masks for self-joins: two codes within a radius agree on all bits of at least one mask.

The bits are divided into ``radius + n`` parts. Codes within the radius differ in at most ``radius`` parts, so they
agree in at least ``n`` parts. The masks are all unions of ``n`` parts. A larger ``n`` gives more joins of smaller
buckets.
"""

from itertools import combinations, count
from math import comb

import numpy as np

from sklearn_hash._hamming._distinct import as_words, distinct_columns

__all__ = ["choose_masks", "staged_masks"]

_SAMPLE_ROWS = 1 << 14
_SAMPLE_MASKS = 8
_MOST_PARTS = 8  # parts in a mask
# Costs in nanoseconds on one core: of sorting a row and of comparing a pair.
_ROW_COST = 40.0
_PAIR_COST = 1 / 12


def choose_masks(words, n_bits, radius, most_masks=128):
    """Return the masks for which a self-join is expected to take the least time.

    Parameters
    ----------
    words : ndarray of shape (n, n_words), uint64
        Distinct codes.
    n_bits : int
    radius : int
        Less than ``n_bits``.
    most_masks : int

    Returns
    -------
    masks : ndarray of shape (n_masks, n_words), uint64
        Masks; a single mask without bits if comparing all pairs is expected to take the least time.
    pair_cost : float
        Expected time of comparing pairs, in nanoseconds.
    """
    best, least_cost, pair_cost = None, np.inf, 0.0
    for n_agreeing in count():
        n_masks = comb(radius + n_agreeing, n_agreeing)
        if n_agreeing > _MOST_PARTS or radius + n_agreeing > n_bits or n_masks > most_masks:
            return best, pair_cost
        masks = _masks(n_bits, words.shape[1], radius + n_agreeing, n_agreeing)
        cost = _PAIR_COST * _count_pairs(words, masks)
        if cost + _ROW_COST * len(words) * n_masks < least_cost:
            best, least_cost, pair_cost = masks, cost + _ROW_COST * len(words) * n_masks, cost


def staged_masks(words, n_bits, radius):
    """Return the masks for the radius, after those for smaller radii if these are expected to save time.

    Smaller radii need fewer joins of smaller buckets. In dense clusters they unite most codes, and pairs in one
    component do not have to be compared again.
    """
    stages = []
    while True:
        masks, pair_cost = choose_masks(words, n_bits, radius)
        stages.append(masks)
        if radius < 2 or pair_cost < _ROW_COST * len(words) * len(masks):
            return np.concatenate(stages[::-1])
        radius //= 2


def _masks(n_bits, n_words, n_parts, n_agreeing):
    """Return every union of ``n_agreeing`` of the parts."""
    # Neighbouring bits of image hashes are correlated, so parts of random bits separate codes better.
    parts = np.random.default_rng(0).permutation(n_bits) % max(n_parts, 1)
    bits = np.zeros((comb(n_parts, n_agreeing), 64 * n_words), np.uint8)
    for row, chosen in zip(bits, combinations(range(n_parts), n_agreeing), strict=True):
        row[:n_bits] = np.isin(parts, chosen)
    return np.ascontiguousarray(as_words(np.packbits(bits, axis=1)).T)


def _count_pairs(words, masks):
    """Estimate the number of pairs of codes that agree on a mask, summed over the masks, from a sample."""
    sample = words[np.linspace(0, len(words) - 1, min(len(words), _SAMPLE_ROWS)).astype(np.int64)]
    chosen = masks[:: -(-len(masks) // _SAMPLE_MASKS)]
    n_pairs = 0
    for mask in chosen:
        _, sizes = distinct_columns((sample & mask).T)
        n_pairs += (sizes * (sizes - 1) // 2).sum()
    return n_pairs / len(chosen) * len(masks) * (len(words) / len(sample)) ** 2
