"""Nearest neighbours in a shard of codes, and merging of the neighbours in several shards.

Neighbours are ordered by (distance, row), so that the result does not depend on the division into shards or on the
order of merging.
"""

import numpy as np

from sklearn_hash.neighbors import HammingNeighbors

__all__ = ["local_topk", "merge_topk"]


def local_topk(codes, queries, n_neighbors, *, offset=0, n_bits=None):
    """Find the nearest neighbours among the codes of one shard.

    Parameters
    ----------
    codes : ndarray of shape (n, n_bytes), uint8
        Packed codes of the shard, which may be empty.
    queries : ndarray of shape (n_queries, n_bytes), uint8
        Packed codes of the queries.
    n_neighbors : int
        Number of neighbours per query.
    offset : int, default=0
        Number of the first row of the shard.
    n_bits : int, default=None
        Code length; by default 8 times the number of bytes.

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
    """Merge the nearest neighbours in several shards; the result does not depend on the order of the parts.

    Parameters
    ----------
    parts : list of (distances, rows)
        Results of :func:`local_topk` or of this function.
    n_neighbors : int
        Number of neighbours to keep per query.

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
