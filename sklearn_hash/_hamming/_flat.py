"""Exhaustive search: distances to all codes, several hundred at a time."""

from itertools import product

import numpy as np

from sklearn_hash._hamming._threads import effective_threads, even_ranges, map_threads

__all__ = ["FlatIndex"]

_TILE = 256  # queries that share the loading of a block
_MIN_TILE = 16
_MIN_SHARD_PAIRS = 1 << 19
_CANDIDATE_BYTES = 1 << 25  # most memory of one thread for the candidates of its tile
_GROWTH = 8


class FlatIndex:
    """Exact search over packed codes, without a copy of them.

    Parameters
    ----------
    packed : ndarray of shape (n, n_bytes), uint8
        C-contiguous; neither copied nor written to, so a read-only memory map is searched in place.
    n_bits : int

    Notes
    -----
    Results are ordered by (distance, row) and do not depend on ``n_jobs``. Searching changes nothing and is safe
    from several threads at once. The kernels load on first search.
    """

    def __init__(self, packed, n_bits):
        self._storage = np.ascontiguousarray(packed)
        self.n = len(packed)
        self.n_bits = n_bits

    @property
    def packed(self):
        """The codes, (n, n_bytes) uint8."""
        return self._storage[: self.n]

    @property
    def nbytes(self):
        """Bytes that the codes take, spare capacity included."""
        return self._storage.nbytes

    def append(self, packed):
        """Append rows; the first call copies the array given to the constructor."""
        n = self.n + len(packed)
        if n > len(self._storage):
            # Growing by an eighth makes many small appends cheap without wasting much memory.
            grown = np.empty((n + (n // _GROWTH if self.n else 0), packed.shape[1]), np.uint8)
            grown[: self.n] = self.packed
            self._storage = grown
        self._storage[self.n : n] = packed
        self.n = n

    def knn(self, queries, k, *, where=None, n_jobs=None):
        """Find the ``k`` nearest rows of every query.

        Parameters
        ----------
        queries : ndarray of shape (m, n_bytes), uint8
        k : int
            At most the number of rows, or of rows that ``where`` allows.
        where : ndarray of shape (n,), bool, optional
            Rows that may be found.
        n_jobs : int, optional

        Returns
        -------
        distances : ndarray of shape (m, k), int32
        rows : ndarray of shape (m, k), int64
        """
        if len(queries) == 0 or k == 0:
            return np.empty((len(queries), k), np.int32), np.empty((len(queries), k), np.int64)
        search = _Search(self, queries, where)
        tile = max(1, min(_TILE, _CANDIDATE_BYTES // (16 * k)))
        return search.knn(k, tile, effective_threads(n_jobs))

    def radius(self, queries, radius, *, where=None, n_jobs=None):
        """Find all rows within a radius of every query, inclusive.

        Parameters
        ----------
        queries : ndarray of shape (m, n_bytes), uint8
        radius : int
        where : ndarray of shape (n,), bool, optional
            Rows that may be found.
        n_jobs : int, optional

        Returns
        -------
        indptr : ndarray of shape (m + 1,), int64
            Query i's rows are ``rows[indptr[i] : indptr[i + 1]]``.
        distances : ndarray of int32
        rows : ndarray of int64
        """
        if len(queries) == 0:
            return np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.int64)
        return _Search(self, queries, where).radius(min(int(radius), self.n_bits), effective_threads(n_jobs))


class _Search:
    """One search, split into tasks of a tile of queries and a range of codes."""

    def __init__(self, index, queries, where):
        from sklearn_hash._hamming import _layout, _scan

        self._layout, self._scan = _layout, _scan
        self.n_bytes = queries.shape[1]
        # Kernels are compiled for a read-only array, whatever the array is, so that they are compiled once.
        packed = index.packed
        self.flat = packed.view(np.ndarray).reshape(-1)
        self.flat.flags.writeable = False
        self.shape = _layout.code_shape(self.n_bytes)
        self.queries = _layout.query_words(queries)
        # An empty list of allowed rows means all rows, which are scanned much faster.
        everything = where is None or bool(where.all())
        self.allowed = np.empty(0, np.int64) if everything else np.flatnonzero(where)
        self.n = len(packed) if everything else len(self.allowed)

    def _tasks(self, tile, n_threads):
        """Return ranges of queries and of codes; with few queries the codes are split among the threads."""
        m = len(self.queries)
        if m >= _MIN_TILE * n_threads:
            return even_ranges(m, tile, at_least=n_threads), [(0, self.n)]
        shards = min(n_threads, self.n * m // _MIN_SHARD_PAIRS)  # below that, starting a thread costs more
        return even_ranges(m, tile), even_ranges(self.n, max(self.n, 1), at_least=shards)

    def knn(self, k, tile, n_threads):
        tiles, shards = self._tasks(tile, n_threads)
        distances = [np.empty((len(self.queries), min(k, stop - start)), np.int32) for start, stop in shards]
        rows = [np.empty(part.shape, np.int64) for part in distances]

        def search(task):
            (first, last), shard = task
            self._scan.nearest_of_tile(
                self.flat,
                self.n_bytes,
                self.allowed,
                *shards[shard],
                self.queries[first:last],
                self.shape,
                distances[shard].shape[1],
                self._layout.new_scratch(self.n_bytes),
                distances[shard][first:last],
                rows[shard][first:last],
            )

        map_threads(search, product(tiles, range(len(shards))), n_threads)
        distances, rows = _merge(distances, rows, k)
        return distances, self.allowed[rows] if len(self.allowed) else rows

    def radius(self, radius, n_threads):
        tiles, shards = self._tasks(_TILE, n_threads)
        counts = np.zeros((len(shards), len(self.queries), radius + 1), np.int64)

        def collect(task):
            (first, last), shard = task
            return self._scan.within_radius_of_tile(
                self.flat,
                self.n_bytes,
                self.allowed,
                *shards[shard],
                self.queries[first:last],
                self.shape,
                radius,
                self._layout.new_scratch(self.n_bytes),
                counts[shard, first:last],
            )

        tasks = list(product(tiles, range(len(shards))))
        found = map_threads(collect, tasks, n_threads)
        return self._place(tasks, found, counts, n_threads)

    def _place(self, tasks, found, counts, n_threads):
        """Sort the results by (query, distance, row); each task writes directly to its places."""
        # A distance's rows from earlier shards come first.
        ordered = counts.transpose(1, 2, 0)
        ends = np.cumsum(ordered.ravel())
        starts = np.ascontiguousarray((ends - ordered.ravel()).reshape(ordered.shape).transpose(2, 0, 1))
        indptr = np.concatenate([[0], np.cumsum(counts.sum(axis=(0, 2)))])
        distances, rows = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.int64)

        def place(index):
            ((first, last), shard), entries = tasks[index], found[index]
            self._scan.place_found(entries, starts[shard, first:last], self.allowed, distances, rows)

        map_threads(place, range(len(tasks)), n_threads)
        return indptr, distances, rows


def _merge(distances, rows, k):
    """Return the ``k`` nearest of all shards, which are in the order of rows: a stable sort keeps it."""
    if len(distances) == 1:
        return distances[0], rows[0]
    distances, rows = np.concatenate(distances, axis=1), np.concatenate(rows, axis=1)
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(distances, order, axis=1), np.take_along_axis(rows, order, axis=1)
