"""Nearest neighbours of a shard of codes, and of several shards from those of each.

Neighbours are ordered by (distance, row), so they are the same however the codes are divided and the parts are merged.
"""

import numpy as np

from sklearn_hash.neighbors import HammingNeighbors

__all__ = ["local_topk", "merge_topk"]


def local_topk(codes, queries, n_neighbors, *, offset=0, n_bits=None):
    """Find the nearest neighbours among the codes of one shard.

    Parameters
    ----------
    codes : ndarray of shape (n, n_bytes), uint8
        Packed codes of the shard; there may be none.
    queries : ndarray of shape (n_queries, n_bytes), uint8
        Packed codes.
    n_neighbors : int
    offset : int, default=0
        Number of the shard's first row.
    n_bits : int, default=None
        The code length; by default 8 bits for every byte.

    Returns
    -------
    distances : ndarray of shape (n_queries, min(n_neighbors, n)), int32
    rows : ndarray of the same shape, int64

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_hash.distributed import local_topk, merge_topk
    >>> codes, queries = np.array([[1], [7], [0], [3]], np.uint8), np.array([[3]], np.uint8)
    >>> first, second = local_topk(codes[:2], queries, 2), local_topk(codes[2:], queries, 2, offset=2)
    >>> first
    (array([[1, 1]], dtype=int32), array([[0, 1]]))
    >>> merge_topk([first, second], 2)
    (array([[0, 1]], dtype=int32), array([[3, 0]]))
    """
    if not len(codes):
        return np.empty((len(queries), 0), np.int32), np.empty((len(queries), 0), np.int64)
    n_bits = 8 * codes.shape[1] if n_bits is None else n_bits
    search = HammingNeighbors(packed=True, n_bits=n_bits).fit(codes)
    distances, rows = search.kneighbors(queries, min(n_neighbors, len(codes)))
    return distances, rows + offset


def merge_topk(parts, n_neighbors):
    """Merge the nearest neighbours of several shards; the order in which parts are merged does not matter.

    Parameters
    ----------
    parts : list of (distances, rows)
        As :func:`local_topk` or this function returns them.
    n_neighbors : int
        Neighbours to keep of each query.

    Returns
    -------
    distances : ndarray of shape (n_queries, min(n_neighbors, neighbours in all parts)), int32
    rows : ndarray of the same shape, int64

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_hash.distributed import merge_topk
    >>> first = np.array([[0, 3]], dtype=np.int32), np.array([[4, 1]])
    >>> second = np.array([[1, 3]], dtype=np.int32), np.array([[10, 12]])
    >>> merge_topk([first, second], n_neighbors=3)
    (array([[0, 1, 3]], dtype=int32), array([[ 4, 10,  1]]))
    """
    distances, rows = (np.concatenate(columns, axis=1) for columns in zip(*parts, strict=True))
    nearest = np.lexsort((rows, distances), axis=1)[:, :n_neighbors]
    return np.take_along_axis(distances, nearest, axis=1), np.take_along_axis(rows, nearest, axis=1)
