"""Search of a single query among few codes by numpy, which takes less time than to set up a compiled search."""

import numpy as np

__all__ = ["are_few", "nearest_of_few"]

_MOST_WORDS = 1 << 13


def are_few(packed) -> bool:
    """Return whether packed codes are few enough for :func:`nearest_of_few`."""
    return packed.size <= _MOST_WORDS * _word(packed.shape[1])(0).itemsize


def nearest_of_few(packed, query, k):
    """Find the ``k`` nearest codes of one query, ordered by (distance, row).

    Parameters
    ----------
    packed : ndarray of shape (n, n_bytes), uint8
        C-contiguous codes.
    query : ndarray of shape (1, n_bytes), uint8
    k : int
        At most n.

    Returns
    -------
    distances : ndarray of shape (1, k), int32
    rows : ndarray of shape (1, k), int64
    """
    word = _word(packed.shape[1])
    codes, wanted = packed.view(np.ndarray).view(word), np.ascontiguousarray(query).view(word)[0]
    # numpy uses a radix sort for integers of at most 16 bits.
    distances = np.zeros(len(codes), np.uint8 if 8 * packed.shape[1] < 256 else np.uint16)
    for column, value in zip(codes.T, wanted, strict=True):
        np.add(distances, np.bitwise_count(column ^ value), out=distances)
    rows = distances.argsort(kind="stable")[:k]
    return distances[rows].astype(np.int32)[None], rows.astype(np.int64, copy=False)[None]


def _word(n_bytes):
    """Return the widest word type whose size divides that of a code."""
    return next(word for word in (np.uint64, np.uint32, np.uint16, np.uint8) if n_bytes % word(0).itemsize == 0)
