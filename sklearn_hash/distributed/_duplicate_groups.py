"""Groups of near-duplicates in all shards, merged from the groups in each pair of shards."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sklearn_hash.distributed._dask import one_thread
from sklearn_hash.neighbors import near_duplicates

__all__ = ["merge_groups", "pair_groups"]


def pair_groups(first, second, first_offset, second_offset, radius):
    """Link each row of two shards to the first row of its group.

    Parameters
    ----------
    first, second : HammingNeighbors or None
        Two shards; None for a shard without rows.
    first_offset, second_offset : int
        Numbers of the first rows of the shards.
    radius : float

    Returns
    -------
    links : ndarray of shape (n_links, 2), int64
        Pairs of a row and the first row of its group, if they differ.
    """
    pair = (first, first_offset), (second, second_offset)
    shards = [(shard, offset) for shard, offset in pair if shard is not None]
    if not shards:
        return np.empty((0, 2), np.int64)
    codes = np.concatenate([shard.packed_codes_ for shard, _ in shards])
    rows = np.concatenate([offset + np.arange(shard.n_samples_fit_) for shard, offset in shards])
    with one_thread():
        labels, kept = near_duplicates(codes, radius, packed=True, n_bits=shards[0][0].n_bits_)
    heads = kept[labels]
    is_linked = heads != np.arange(len(codes))
    return np.column_stack([rows[is_linked], rows[heads[is_linked]]])


def merge_groups(links, n_rows):
    """Return the groups that result from all links.

    Parameters
    ----------
    links : list of ndarray of shape (n_links, 2)
    n_rows : int

    Returns
    -------
    labels : ndarray of shape (n_rows,), int64
        Group of each row; groups are numbered in the order of their first rows.
    kept : ndarray of shape (n_groups,), int64
        First row of each group.
    """
    rows, heads = np.concatenate(links).T
    graph = coo_array((np.ones(len(rows), bool), (rows, heads)), shape=(n_rows, n_rows))
    _, components = connected_components(graph, directed=False)
    _, kept, labels = np.unique(components, return_index=True, return_inverse=True)
    order = np.argsort(kept)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[labels], kept[order]
