"""Connected components of the codes within a Hamming radius of each other, and the pairs themselves."""

from collections.abc import Callable
from functools import partial

import numpy as np

from sklearn_hash._hamming._components_masks import choose_masks, staged_masks
from sklearn_hash._hamming._threads import effective_threads, even_ranges, map_threads

__all__ = ["connected_codes", "pairs_within", "bucket_bits", "row_type"]

_TASK = 1 << 14  # places per task
_MEAN_BUCKET = 16  # mean number of rows per bucket if the masked bits of all rows were different


def connected_codes(
    words: np.ndarray, n_bits: int, radius: int, n_jobs: int | None = None, progress: Callable | None = None
) -> np.ndarray:
    """Return the smallest row of every row's component in the graph of the pairs within a radius.

    Parameters
    ----------
    words : ndarray of shape (n, n_words), uint64
        Codes, which should be distinct; repeated codes only make it slower.
    n_bits : int
    radius : int
        Largest distance of a pair.
    n_jobs : int, optional
    progress : callable, optional
        Called with the number of rows done since the last call and the total number of rows in all joins.

    Returns
    -------
    roots : ndarray of shape (n,), uint32 or uint64
    """
    from sklearn_hash._hamming._components_union_find import roots_of

    parents = np.arange(len(words), dtype=row_type(len(words)))
    if radius >= n_bits:
        parents[:] = 0
        return parents
    join = _Join(words, radius, n_jobs)
    masks = staged_masks(words, n_bits, radius)
    for mask in masks:
        join.sort(mask)
        join.order(parents)
        join.scan(parents, progress=progress and partial(progress, n_all=len(masks) * len(words)))
    roots_of(parents)
    return parents


def pairs_within(
    words: np.ndarray, n_bits: int, radius: int, n_jobs: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return all pairs within a radius: the smaller rows, the larger rows, the distances.

    Parameters are those of :func:`connected_codes`.
    """
    from sklearn_hash._hamming._sort_keys import bit_length

    masks, _ = choose_masks(words, n_bits, min(radius, n_bits))
    join, found = _Join(words, radius, n_jobs), []
    for turn, mask in enumerate(masks):
        join.sort(mask)
        found += join.scan(np.empty(0, join.buckets.rows.dtype), masks=masks[: turn + 1], listed=True)
    keys = np.concatenate(found)
    row_bits = np.uint64(bit_length(len(words)))
    low = (keys >> row_bits).astype(np.int64)
    high = (keys & ((np.uint64(1) << row_bits) - np.uint64(1))).astype(np.int64)
    distances = np.zeros(len(keys), np.int32)
    for column in words.T:
        distances += np.bitwise_count(column[low] ^ column[high])
    return low, high, distances


def bucket_bits(n: int) -> int:
    """Return the number of bits of the hash that chooses one of ``2 ** bits`` buckets for ``n`` rows."""
    return max(1, (n // _MEAN_BUCKET).bit_length())


def row_type(n: int) -> type[np.unsignedinteger]:
    """Return the integer type for ``n`` row numbers."""
    return np.uint32 if n < 2**32 else np.uint64


class _Join:
    """Self-joins of the same codes, for one mask after the other, which reuse the same arrays."""

    def __init__(self, words, radius, n_jobs):
        from sklearn_hash._hamming._components_kernels import GROUP, Buckets

        n = len(words)
        self.words, self.radius = words, radius
        self.n_threads = effective_threads(n_jobs)
        self.n_key_bits = bucket_bits(n)
        self.counts = np.empty(1 << self.n_key_bits, row_type(n))
        self.buckets = Buckets(
            np.zeros(len(self.counts) + 1, self.counts.dtype),
            np.empty(n, self.counts.dtype),
            np.zeros(n + GROUP, np.uint64),
            np.empty(n, self.counts.dtype),
        )

    def sort(self, mask):
        """Sort the rows into buckets by the bits of a mask; each thread fills a range of buckets."""
        from sklearn_hash._hamming._components_kernels import count_buckets, fill_buckets

        ranges = even_ranges(len(self.counts), len(self.counts), at_least=self.n_threads)
        arguments = self.words, mask, self.n_key_bits
        map_threads(lambda part: count_buckets(*arguments, *part, self.counts), ranges, self.n_threads)
        np.cumsum(self.counts, out=self.buckets.starts[1:])
        map_threads(lambda part: fill_buckets(*arguments, *part, self.buckets), ranges, self.n_threads)

    def order(self, parents):
        """Sort the rows of large buckets by component."""
        from sklearn_hash._hamming._components_kernels import order_buckets

        ranges = even_ranges(len(self.counts), _TASK, at_least=self.n_threads)
        map_threads(lambda part: order_buckets(self.words, self.buckets, parents, *part), ranges, self.n_threads)

    def scan(self, parents, *, masks=None, listed=False, progress=None):
        """Compare the rows of every bucket, and return the keys of each task."""
        from sklearn_hash._hamming._components_kernels import scan_places

        masks = self.words[:0] if masks is None else masks

        def scan(part):
            keys = scan_places(self.words, self.buckets, *part, self.radius, parents, masks, listed)
            if progress:
                progress(part[1] - part[0])
            return keys

        return map_threads(scan, even_ranges(len(self.words), _TASK, at_least=self.n_threads), self.n_threads)
