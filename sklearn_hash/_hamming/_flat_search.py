"""Exhaustive search, split into tasks with a tile of queries and a range of codes."""

from collections.abc import Callable
from functools import partial
from itertools import product

import numpy as np

from sklearn_hash._hamming import _scan
from sklearn_hash._hamming._candidates import nearest_candidates, new_candidates
from sklearn_hash._hamming._layout import (
    arrange_few_rows,
    arrange_rows,
    block_codes,
    code_shape,
    new_scratch,
    query_words,
    word_layout,
)
from sklearn_hash._hamming._scan_planes import MOST_PLANE_WORDS, PlaneScan
from sklearn_hash._hamming._scan_rows import nearest_by_rows, row_shape
from sklearn_hash._hamming._simd import CHUNK, GROUP
from sklearn_hash._hamming._target import counts_bits_of_vectors
from sklearn_hash._hamming._threads import even_ranges, map_threads

__all__ = ["FlatSearch"]

_TILE = 256  # queries for which a block is loaded once
_MIN_TILE = 16
_MIN_SHARD_PAIRS = 1 << 19
# Numbers of queries at which another way of scanning becomes faster, measured with AVX2.
_MOST_BY_ROWS = 16
_MIN_BY_PLANES, _MORE_BY_PLANES = 8, 4  # minimum number of queries, and its increase per word
_MIN_BOUNDED = 8
_CANDIDATE_BYTES = 1 << 25  # maximum memory of one thread for the candidates of its tile
_SLAB_BLOCKS = 8  # blocks that are copied at once and fit the second-level cache
_SAMPLED_PER_NEIGHBOR = 512
_LEAST_STRIDE = 4
_CHUNK_GROUPS = CHUNK // GROUP


class FlatSearch:
    """Search among all rows of packed codes, or those allowed by a mask."""

    def __init__(self, packed, queries, where):
        self.n_bytes = packed.shape[1]
        self.flat = packed.view(np.ndarray).reshape(-1)
        # Kernels are compiled only for read-only arrays, so that they are not compiled twice.
        self.flat.flags.writeable = False
        self.address = self.flat.ctypes.data
        self.queries = query_words(queries)
        self.shape = code_shape(self.n_bytes)
        # An empty list of allowed rows means all rows, for which the scan is much faster.
        everything = where is None or bool(where.all())
        self.allowed = np.empty(0, np.int64) if everything else np.flatnonzero(where)
        self.n = len(packed) if everything else len(self.allowed)
        word, words = word_layout(self.n_bytes)
        self.words_bytes = words * word(0).itemsize
        # Whether rows are searched without the copy by _layout.arrange_rows.
        self.whole = everything and isinstance(self.shape, tuple) and self.words_bytes == self.n_bytes

    def knn(self, k, n_threads):
        """Return distances and rows of the ``k`` nearest of every query."""
        tile = max(1, min(_TILE, _CANDIDATE_BYTES // (16 * k)))
        tiles, shards = self._tasks(tile, n_threads)
        distances = [np.empty((len(self.queries), min(k, stop - start)), np.int32) for start, stop in shards]
        rows = [np.empty(part.shape, np.int64) for part in distances]

        def search(task):
            (first, last), shard = task
            self._nearest(slice(first, last), *shards[shard], distances[shard][first:last], rows[shard][first:last])

        map_threads(search, product(tiles, range(len(shards))), n_threads)
        distances, rows = _merge(distances, rows, k)
        return distances, self.allowed[rows] if len(self.allowed) else rows

    def radius(self, radius, n_threads):
        """Return ``indptr``, distances and rows of all codes within an inclusive radius of every query."""
        tiles, shards = self._tasks(_TILE, n_threads)
        counts = np.zeros((len(shards), len(self.queries), radius + 1), np.int64)

        def collect(task):
            (first, last), shard = task
            return self._within(slice(first, last), *shards[shard], radius, counts[shard, first:last])

        tasks = list(product(tiles, range(len(shards))))
        found = map_threads(collect, tasks, n_threads)
        return self._place(tasks, found, counts, n_threads)

    def _tasks(self, tile, n_threads):
        """Return ranges of queries and of codes; for few queries, the codes are split among the threads."""
        m = len(self.queries)
        if m >= _MIN_TILE * n_threads:
            return even_ranges(m, tile, at_least=n_threads), [(0, self.n)]
        shards = min(n_threads, self.n * m // _MIN_SHARD_PAIRS)  # for fewer pairs, starting a thread takes longer
        return even_ranges(m, tile), even_ranges(self.n, max(self.n, 1), at_least=shards)

    def _slabs(self, start, stop):
        """Yield ranges of positions with the address of the codes and whether they have the layout of a scan."""
        if self.whole and stop - start >= CHUNK:
            whole = start + (stop - start) // CHUNK * CHUNK
            yield self.address + start * self.n_bytes, start, whole, False
            start = whole
        if stop - start < CHUNK:
            block = self._arranged_few(start, stop)
            yield block.ctypes.data, start, stop, True
            return
        slab = _SLAB_BLOCKS * block_codes(self.n_bytes)
        block = new_scratch(self.n_bytes, _SLAB_BLOCKS)
        for first in range(start, stop, slab):
            last = min(first + slab, stop)
            self._arrange(first, last - first, block)
            yield block.ctypes.data, first, last, True

    def _arranged_few(self, start, stop):
        rows = self.allowed[start:stop] if len(self.allowed) else slice(start, stop)
        return arrange_few_rows(self.flat.reshape(-1, self.n_bytes)[rows])

    def _arrange(self, first, count, block):
        lane, address = self.queries.dtype.type(0), block.ctypes.data
        words = self.queries.shape[1]
        arrange_rows(self.flat, self.n_bytes, self.allowed, first, count, words, address, lane)

    def _nearest(self, tile, start, stop, distances, positions):
        queries, k = self.queries[tile], distances.shape[1]
        state = states, counts, candidates = new_candidates(len(queries), 8 * self.n_bytes + 1, k)
        way = self._fastest(len(queries), self._possible())
        if way == "rows":
            first = self.address + start * self.n_bytes
            nearest_by_rows(first, start, stop, queries, row_shape(queries.shape[1]), k, *state)
        else:
            scratch = new_scratch(self.n_bytes)
            if len(queries) >= _MIN_BOUNDED:
                self._bound(queries, start, stop, k, states, counts, scratch)
            scan_type: Callable = PlaneScan if way == "planes" else self._word_scan
            scan = scan_type(queries, k, *state, scratch)
            for slab in self._slabs(start, stop):
                if states[:, 0].any():
                    scan(*slab)
        nearest_candidates(states, candidates, k, distances, positions)

    def _word_scan(self, queries, *state):
        return partial(_scan.nearest_of_tile, queries, self.shape, *state)

    def _possible(self):
        """Return the ways of scanning that are possible for these codes."""
        words = self.queries.shape[1]
        rows = words > 1 and self.n_bytes == 8 * words and not len(self.allowed)
        return {"words": True, "rows": rows, "planes": self.queries.itemsize >= 4 and words <= MOST_PLANE_WORDS}

    def _fastest(self, n_queries, possible):
        words = self.queries.shape[1]
        native = counts_bits_of_vectors()
        if possible["rows"] and n_queries <= (1 if native or words == 2 else _MOST_BY_ROWS):
            return "rows"
        if possible["planes"] and not native and n_queries >= _MIN_BY_PLANES + _MORE_BY_PLANES * words:
            return "planes"
        return "words"

    def _bound(self, queries, start, stop, k, states, counts, scratch):
        """Lower the limits to upper bounds of the k-th least distances, computed from evenly spaced runs of codes.

        The least distances at each of the 64 places of a group over a run belong to 64 different codes. The k-th least
        of these minima over all runs is therefore an upper bound of the k-th least distance.
        """
        n = stop - start
        sampled_groups = min(k * _SAMPLED_PER_NEIGHBOR, n // _LEAST_STRIDE) // GROUP
        runs = max(-(-sampled_groups * GROUP // block_codes(self.n_bytes)), 3 * k // GROUP + 1)
        n_groups = sampled_groups // runs // _CHUNK_GROUPS * _CHUNK_GROUPS
        if n_groups == 0:
            return
        minima = np.empty(GROUP, queries.dtype)
        block = scratch if self.whole else new_scratch(self.n_bytes)
        for first in range(start, start + runs * (n // runs), n // runs):
            codes = self.address + first * self.n_bytes
            if not self.whole:
                self._arrange(first, n_groups * GROUP, block)
                codes = block.ctypes.data
            _scan.count_minima(codes, n_groups, queries, self.shape, counts, minima, scratch, not self.whole)
        states[:, 0] = (counts.cumsum(axis=1) >= k).argmax(axis=1) + 1
        counts[:] = 0

    def _within(self, tile, start, stop, radius, counts):
        queries, scratch = self.queries[tile], new_scratch(self.n_bytes)
        found = [
            _scan.within_radius_of_tile(queries, self.shape, radius, counts, scratch, *slab)
            for slab in self._slabs(start, stop)
        ]
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _place(self, tasks, found, counts, n_threads):
        """Sort the results by (query, distance, row); each task writes its results to their final places."""
        # At equal distance, the rows of earlier shards come first.
        ordered = counts.transpose(1, 2, 0)
        ends = np.cumsum(ordered.ravel())
        starts = np.ascontiguousarray((ends - ordered.ravel()).reshape(ordered.shape).transpose(2, 0, 1))
        indptr = np.concatenate([[0], np.cumsum(counts.sum(axis=(0, 2)))])
        distances, rows = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.int64)

        def place(index):
            ((first, last), shard), entries = tasks[index], found[index]
            _scan.place_found(entries, starts[shard, first:last], self.allowed, distances, rows)

        map_threads(place, range(len(tasks)), n_threads)
        return indptr, distances, rows


def _merge(distances, rows, k):
    """Return the ``k`` nearest of all shards; a stable sort keeps the order of rows, which is that of the shards."""
    if len(distances) == 1:
        return distances[0], rows[0]
    distances, rows = np.concatenate(distances, axis=1), np.concatenate(rows, axis=1)
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(distances, order, axis=1), np.take_along_axis(rows, order, axis=1)
