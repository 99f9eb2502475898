"""Exact search among codes in shards on the workers of a Dask cluster."""

from itertools import combinations
from numbers import Integral, Real
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from sklearn_hash._compat import Interval, StrOptions, _fit_context
from sklearn_hash._validation import check_codes
from sklearn_hash.codes import packed_width
from sklearn_hash.distributed._dask import import_dask, import_dask_array, one_thread
from sklearn_hash.distributed._duplicate_groups import merge_groups, pair_groups
from sklearn_hash.distributed._parts import read_parts
from sklearn_hash.distributed._top_k import merge_topk
from sklearn_hash.neighbors import HammingNeighbors

__all__ = ["ShardedHammingNeighbors"]

# Number of results merged by one task: small for the memory of a worker, large enough for a shallow tree of merges.
_MERGED_AT_ONCE = 8


class ShardedHammingNeighbors(BaseEstimator):
    """Exact nearest-neighbour search under the Hamming distance, among codes in shards.

    Each block of the fitted array is a shard, whose index is built once and kept by a worker. Queries are sent to all
    shards, and their results are merged by (distance, row). For any division into shards, the results are those of
    :class:`~sklearn_hash.HammingNeighbors` with all codes. If a worker is lost, another one builds its shards again.

    Parameters
    ----------
    n_neighbors : int, default=5
        Default number of neighbours per query.
    radius : float, default=2
        Default radius of radius queries: the largest distance of a neighbour, in bits, inclusive.
    algorithm : {"auto", "flat", "pruned", "multi_index"}, default="auto"
        Search algorithm of each shard; see :class:`~sklearn_hash.HammingNeighbors`.
    n_bits : int, default=None
        Code length; by default 8 times the number of bytes.

    Attributes
    ----------
    shards_ : list of Delayed
        The searcher of each shard; None for a block without rows.
    offsets_ : ndarray of shape (n_shards,), int64
        Number of the first row of each shard.
    n_samples_fit_ : int
        Number of fitted rows.
    n_bits_ : int
        Code length.

    See Also
    --------
    encode : Compute codes of data larger than memory.
    sklearn_hash.HammingNeighbors : Search on one machine.

    Notes
    -----
    With a :class:`dask.distributed.Client`, the shards are in the memory of its workers. Otherwise they are in this
    process, whose threads search them in parallel. The scheduler adds tens of milliseconds to each call, so pass many
    queries at once.

    Examples
    --------
    >>> import dask.array as da
    >>> import numpy as np
    >>> from sklearn_hash.distributed import ShardedHammingNeighbors
    >>> codes = da.from_array(np.arange(100, dtype=np.uint8)[:, None], chunks=(30, -1))
    >>> search = ShardedHammingNeighbors(n_neighbors=3).fit(codes)
    >>> search.kneighbors(np.array([[32]], np.uint8))
    (array([[0, 1, 1]], dtype=int32), array([[32,  0, 33]]))
    """

    _parameter_constraints: dict = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "radius": [Interval(Real, 0, None, closed="both")],
        "algorithm": [StrOptions({"auto", "flat", "pruned", "multi_index"})],
        "n_bits": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(self, n_neighbors=5, radius=2, algorithm="auto", n_bits=None):
        self.n_neighbors = n_neighbors
        self.radius = radius
        self.algorithm = algorithm
        self.n_bits = n_bits

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Start to build the index of each shard on the workers.

        The call returns without waiting for the workers.

        Parameters
        ----------
        X : dask array of shape (n, n_bytes), uint8, or str or Path
            Packed codes; or the path of a folder of Parquet files written by :func:`write_parts`.
        y : None
            Ignored.

        Returns
        -------
        self : ShardedHammingNeighbors
            The fitted searcher.

        Raises
        ------
        ImportError
            If Dask is not installed.
        TypeError
            If X is of another type.
        ValueError
            If there is no code, or codes are not packed bytes of the code length.
        """
        dask = import_dask()
        X = read_parts(X) if isinstance(X, str | Path) else X
        self.n_bits_ = self._check_codes(X)
        sizes = X.chunks[0]
        build = dask.delayed(_build)
        params = {"algorithm": self.algorithm, "packed": True, "n_bits": self.n_bits_}
        blocks = X.rechunk({1: -1}).to_delayed().reshape(len(sizes))
        self.shards_ = list(dask.persist(*[build(block, params) for block in blocks]))
        self.offsets_ = np.cumsum([0, *sizes[:-1]])
        self.n_samples_fit_ = int(sum(sizes))
        return self

    def _check_codes(self, X):
        if not isinstance(X, import_dask_array().Array):
            raise TypeError(f"X must be a dask array of packed codes, or a folder of them; got {type(X).__name__}.")
        if X.ndim != 2 or X.dtype != np.uint8 or np.isnan(X.shape).any() or not X.shape[0]:
            raise ValueError(
                f"X must be packed codes, uint8 of known shape (n, n_bytes) with at least one row; got {X.dtype} of "
                f"shape {X.shape}. Call compute_chunk_sizes() where the shape is not known."
            )
        n_bits = 8 * X.shape[1] if self.n_bits is None else self.n_bits
        if packed_width(n_bits) != X.shape[1]:
            raise ValueError(
                f"X must have {packed_width(n_bits)} bytes per code for n_bits={n_bits}; got {X.shape[1]}."
            )
        return n_bits

    def kneighbors(self, X, n_neighbors=None, return_distance=True):
        """Find the nearest neighbours.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_bytes), uint8
            Packed codes of the queries.
        n_neighbors : int, default=None
            Number of neighbours per query; by default the parameter of the estimator.
        return_distance : bool, default=True
            Whether to return the distances.

        Returns
        -------
        distances : ndarray of shape (n_queries, n_neighbors), int32
            Hamming distances, in bits. Returned only if ``return_distance=True``.
        rows : ndarray of shape (n_queries, n_neighbors), int64
            Row numbers of the neighbours, ordered by (distance, row).

        Raises
        ------
        NotFittedError
            If the searcher is not fitted.
        ValueError
            If queries are not packed codes of the fitted length, or there are fewer rows than neighbours.
        """
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        queries = self._check_queries(X)
        if not 1 <= k <= self.n_samples_fit_:
            raise ValueError(f"n_neighbors must be from 1 to the {self.n_samples_fit_} fitted rows; got {k}.")
        distances, rows = self._answer(_kneighbors, merge_topk, queries, k)
        return (distances, rows) if return_distance else rows

    def radius_neighbors(self, X, radius=None, return_distance=True):
        """Find all neighbours within a radius.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_bytes), uint8
            Packed codes of the queries.
        radius : float, default=None
            Largest distance of a neighbour, in bits, inclusive; by default the parameter of the estimator.
        return_distance : bool, default=True
            Whether to return the distances.

        Returns
        -------
        distances : ndarray of shape (n_queries,) of ndarrays, int32
            Hamming distances, in bits. Returned only if ``return_distance=True``.
        rows : ndarray of shape (n_queries,) of ndarrays, int64
            Row numbers of the neighbours, ordered by (distance, row).

        Raises
        ------
        NotFittedError
            If the searcher is not fitted.
        ValueError
            If queries are not packed codes of the fitted length, or the radius is negative.
        """
        radius = self.radius if radius is None else radius
        queries = self._check_queries(X)
        if not radius >= 0:
            raise ValueError(f"radius must not be negative; got {radius}.")
        distances, rows = self._answer(_radius_neighbors, _merge_radius, queries, radius)
        return (distances, rows) if return_distance else rows

    def near_duplicates(self, radius=None):
        """Group codes that are linked by pairs within a radius.

        The groups are those of :func:`sklearn_hash.neighbors.near_duplicates` with ``method="components"``. Each pair
        of shards is searched by one task, which needs the codes of both.

        Parameters
        ----------
        radius : float, default=None
            Largest distance of two near-duplicates, in bits, inclusive; by default the parameter of the estimator.

        Returns
        -------
        labels : ndarray of shape (n,), int64
            Group of each code; groups are numbered in the order of their first codes.
        kept : ndarray of shape (n_groups,), int64
            First row of each group.

        Raises
        ------
        NotFittedError
            If the searcher is not fitted.
        """
        check_is_fitted(self)
        radius = self.radius if radius is None else radius
        dask = import_dask()
        group = dask.delayed(pair_groups)
        shards = [(shard, int(offset)) for shard, offset in zip(self.shards_, self.offsets_, strict=True)]
        # Pairs of shards also cover the pairs within a shard, unless there is only one shard.
        pairs = combinations(shards, 2) if len(shards) > 1 else [(shards[0], (None, 0))]
        links = [group(first, second, start, next_start, radius) for (first, start), (second, next_start) in pairs]
        return merge_groups(dask.compute(*links), self.n_samples_fit_)

    def _check_queries(self, X):
        check_is_fitted(self)
        return check_codes(X, packed=True, n_bits=self.n_bits_, name="X")[0]

    def _answer(self, search, merge, queries, extent):
        """Search all shards and merge their results in a tree of tasks."""
        dask = import_dask()
        search, merge, queries = dask.delayed(search), dask.delayed(merge), dask.delayed(queries)
        parts = [
            search(shard, queries, extent, int(offset))
            for shard, offset in zip(self.shards_, self.offsets_, strict=True)
        ]
        while len(parts) > 1:
            parts = [merge(parts[i : i + _MERGED_AT_ONCE], extent) for i in range(0, len(parts), _MERGED_AT_ONCE)]
        return parts[0].compute()


def _build(codes, params):
    return HammingNeighbors(**params).fit(np.ascontiguousarray(codes)) if len(codes) else None


def _kneighbors(shard, queries, n_neighbors, offset):
    if shard is None:
        return np.empty((len(queries), 0), np.int32), np.empty((len(queries), 0), np.int64)
    with one_thread():
        distances, rows = shard.kneighbors(queries, min(n_neighbors, shard.n_samples_fit_))
    return distances, rows + offset


def _radius_neighbors(shard, queries, radius, offset):
    if shard is None:
        empty = [(np.empty(0, np.int32), np.empty(0, np.int64)) for _ in queries]
        return _as_object_arrays(empty)
    with one_thread():
        distances, rows = shard.radius_neighbors(queries, radius)
    return _as_object_arrays([(found, row + offset) for found, row in zip(distances, rows, strict=True)])


def _merge_radius(parts, radius):
    """Concatenate the neighbours of each query and order them by (distance, row)."""
    merged = []
    for answers in zip(*(zip(*part, strict=True) for part in parts), strict=True):
        distances, rows = (np.concatenate(column) for column in zip(*answers, strict=True))
        order = np.lexsort((rows, distances))
        merged.append((distances[order], rows[order]))
    return _as_object_arrays(merged)


def _as_object_arrays(pairs):
    arrays = np.empty((2, len(pairs)), dtype=object)
    for i, (distances, rows) in enumerate(pairs):
        arrays[0, i], arrays[1, i] = distances, rows
    return arrays[0], arrays[1]
