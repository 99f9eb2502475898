"""Results of every algorithm against a stable sort of all distances: code lengths, numbers of rows, updates."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sklearn_hash import HammingNeighbors
from sklearn_hash.codes import pack_codes

ALGORITHMS = ["flat", "pruned", "multi_index"]
N_BITS = [8, 9, 33, 64, 100, 128, 1000]


def make_bits(n, n_bits, seed):
    """Return codes around a few centres, with duplicates, ties and outliers."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).integers(0, 2, (4, n_bits), dtype=np.uint8)
    return centres[rng.integers(0, 4, n)] ^ (rng.random((n, n_bits)) < rng.choice([0, 0.03, 0.3], (n, 1)))


class Model:
    """Model of the rows of a searcher, searched by sorting."""

    def __init__(self):
        self.packed, self.ids = None, np.empty(0, np.int64)

    def append(self, packed, ids):
        self.packed = packed if self.packed is None else np.vstack([self.packed, packed])
        self.ids = np.concatenate([self.ids, ids])

    def remove(self, ids):
        keep = ~np.isin(self.ids, ids)
        self.packed, self.ids = self.packed[keep], self.ids[keep]

    def assert_equals(self, search, queries):
        distances = np.bitwise_count(queries[:, None] ^ self.packed).sum(axis=2)
        order = np.argsort(distances, axis=1, kind="stable")
        distances, n = np.take_along_axis(distances, order, axis=1), len(order[0])
        for k in {1, min(n, 7), n}:
            found, ids = search.kneighbors(queries, k)
            assert_array_equal(found, distances[:, :k])
            assert_array_equal(ids, self.ids[order[:, :k]])
        for radius in {0, 2, search.n_bits_ // 4, search.n_bits_}:
            found, ids = map(np.concatenate, search.radius_neighbors(queries, radius))
            within = distances <= radius
            assert_array_equal(found, distances[within])
            assert_array_equal(ids, self.ids[order[within]] if n else [])
        with pytest.raises(ValueError, match=f"n_neighbors = {n + 1}, n_samples_fit = {n}"):
            search.kneighbors(queries, n + 1)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("n_bits", N_BITS)
def test_after_appending_and_removing(n_bits, algorithm):
    rng, model = np.random.default_rng(n_bits), Model()
    search = HammingNeighbors(algorithm=algorithm, packed=True, n_bits=n_bits)
    queries = pack_codes(make_bits(50, n_bits, seed=1))  # enough for three threads to share
    next_id = 0
    for step, n_new in enumerate([1, 62, 2, 300, 129]):
        packed = pack_codes(make_bits(n_new, n_bits, seed=step + 2))
        ids = np.arange(next_id, next_id + n_new)
        next_id += n_new
        search.partial_fit(packed)
        model.append(packed, ids)
        for share in (0, 0.1, 0.6)[: step + 1]:
            gone = model.ids[rng.random(len(model.ids)) < share]
            search.remove(gone)
            model.remove(gone)
            search.set_params(n_jobs=1 + (step + 1) % 3)
            model.assert_equals(search, queries)


# Codes of one and of more words of the scan, with padding.
@pytest.mark.parametrize("n_bits", [24, 136])
def test_every_number_of_rows(n_bits):
    rows, queries = (pack_codes(make_bits(n, n_bits, seed=n)) for n in (260, 3))
    for algorithm in ALGORITHMS:
        search, model = HammingNeighbors(algorithm=algorithm, packed=True, n_bits=n_bits), Model()
        for row in range(len(rows)):
            search.partial_fit(rows[row : row + 1])
            model.append(rows[row : row + 1], [row])
            model.assert_equals(search, queries)


@pytest.mark.parametrize("algorithm", ["auto", *ALGORITHMS])
def test_equals_faiss(algorithm):
    faiss = pytest.importorskip("faiss")
    codes = pack_codes(make_bits(25_000, 64, seed=0))
    queries = codes[::200]
    reference = faiss.IndexBinaryFlat(64)
    reference.use_heap = False
    reference.add(codes)
    search = HammingNeighbors(10, radius=3, algorithm=algorithm, packed=True).fit(codes)
    for found, expected in zip(search.kneighbors(queries), reference.search(queries, 10), strict=True):
        assert_array_equal(found, expected)
    bounds, _, rows = reference.range_search(queries, 4)  # nearer than 4
    graph = search.radius_neighbors_graph(queries)
    assert_array_equal(graph.indptr, bounds.astype(np.int64))
    for query, start in enumerate(graph.indptr[:-1]):
        found = graph.indices[start : graph.indptr[query + 1]]
        assert_array_equal(np.sort(found), np.sort(rows[start : graph.indptr[query + 1]]))
