"""Choice of the search algorithm, and indexes of the fitted codes."""

from threading import Lock
from timeit import repeat

import numpy as np

from sklearn_hash import _hamming

__all__ = ["CodeIndex"]

# Building an index takes as long as a scan for some hundreds of queries, too long for few queries or few rows.
_MANY_QUERIES = 100
_MANY_ROWS = 20_000
_PROBE_QUERIES = 256
_PROBE_NEIGHBORS = 10


class CodeIndex:
    """Packed codes in a flat index, and other indexes of them that are built when first needed.

    Only the packed codes are pickled. Several threads may search at once, but not append.
    """

    def __init__(self, packed, n_bits, algorithm):
        self.algorithm = algorithm
        self._flat = _hamming.FlatIndex(np.ascontiguousarray(packed), n_bits)
        self._lock = Lock()
        self._n_probed = 0
        self._forget_probe()
        self._forget_structures()

    def __reduce__(self):
        return type(self), (self.packed, self._flat.n_bits, self.algorithm)

    def _forget_probe(self):
        self._clustered = None
        self._choice = None if self.algorithm == "auto" else self.algorithm

    def _forget_structures(self):
        self._pruned = self._multi = self._gpu = None
        self._n_asked = 0

    @property
    def packed(self):
        """Packed codes of all stored rows."""
        return self._flat.packed

    def append(self, packed):
        """Append rows; the other indexes are built again when a search needs them."""
        self._flat.append(packed)
        self._forget_structures()
        if self._flat.n >= 2 * self._n_probed:
            self._forget_probe()  # at most half of these codes were probed

    @property
    def choice(self):
        """Algorithm for the nearest neighbours of many queries: the given one, or the one chosen by ``auto``."""
        with self._lock:
            return self._choose()

    def knn(self, queries, k, *, where=None, n_jobs=None, device="cpu"):
        """Return distances and stored rows of the ``k`` nearest, ordered by (distance, row)."""
        with self._lock:
            gpu = self._on_gpu(device)
            if gpu is not None:
                return gpu.knn(queries, k, where=where)
            pruned = self._pays(len(queries)) and self._choose() == "pruned"
            searcher = self._get_pruned() if pruned else self._flat
        return searcher.knn(queries, k, where=where, n_jobs=n_jobs)

    def radius(self, queries, radius, *, where=None, n_jobs=None, device="cpu"):
        """Return ``indptr``, distances and stored rows of all within ``radius``, ordered by (distance, row)."""
        with self._lock:
            gpu = self._on_gpu(device)
            if gpu is not None:
                return gpu.radius(queries, radius, where=where)
            searcher = self._searcher_within(radius) if self._pays(len(queries)) else self._flat
        return searcher.radius(queries, radius, where=where, n_jobs=n_jobs)

    # The methods below are called with the lock held.

    def _on_gpu(self, device):
        """Return the index on the GPU named by ``device``, or None for the CPU."""
        place = None
        if device != "cpu":
            from sklearn_hash.neighbors import _gpu

            place = _gpu.find_gpu(device)
        if self._gpu is not None and self._gpu.device != place:
            self._gpu = None  # frees the memory of a GPU that is no longer used
        if self._gpu is None and place is not None:
            self._gpu = _gpu.GpuIndex(self.packed, self._flat.n_bits, place)
        return self._gpu

    def _pays(self, n_queries):
        """Count the queries, and return whether to use an index other than the flat one."""
        if self.algorithm == "auto":
            self._n_asked += n_queries
            return self._n_asked >= _MANY_QUERIES and self._flat.n >= _MANY_ROWS
        return self.algorithm != "flat"

    def _searcher_within(self, radius):
        if self.algorithm == "pruned" or (self.algorithm == "auto" and self._looks_clustered()):
            return self._get_pruned()
        multi = self._get_multi()
        return multi if multi.answers(radius) else self._flat

    def _choose(self):
        if self._choice is None:
            self._choice = "pruned" if self._looks_clustered() and self._pruning_is_faster() else "flat"
        return self._choice

    def _looks_clustered(self):
        if self._clustered is None:
            self._n_probed = self._flat.n
            enough = self._n_probed >= _MANY_ROWS
            self._clustered = enough and _hamming.prunes_well(self.packed, self._flat.n_bits)
        return self._clustered

    def _pruning_is_faster(self):
        """Time both searches, since a small set of clustered codes may be faster to scan on some machines."""
        rows = np.linspace(0, self._flat.n - 1, _PROBE_QUERIES).astype(np.int64)
        queries = np.ascontiguousarray(self.packed[rows])
        return _seconds(self._get_pruned(), queries) < _seconds(self._flat, queries)

    def _get_pruned(self):
        if self._pruned is None:
            self._pruned = _hamming.PrunedIndex(self.packed, self._flat.n_bits)
        return self._pruned

    def _get_multi(self):
        if self._multi is None:
            self._multi = _hamming.MultiIndex(self.packed, self._flat.n_bits)
        return self._multi


def _seconds(searcher, queries):
    """Return the shortest of three search times, after a first search that may compile."""
    searcher.knn(queries, _PROBE_NEIGHBORS)
    return min(repeat(lambda: searcher.knn(queries, _PROBE_NEIGHBORS), number=1, repeat=3))
