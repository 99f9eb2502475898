"""Exhaustive search against a stable sort of all distances."""

import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sklearn_hash._hamming import FlatIndex, _flat_search

WAYS = ["words", "rows", "planes"]
N_BITS = [1, 7, 8, 12, 16, 31, 32, 48, 64, 65, 100, 128, 256, 512, 1000, 1024]
SIZES = [1, 2, 63, 64, 65, 255, 256, 257, 1000, 2500]


def take(way, monkeypatch):
    """Make a search of nearest neighbours scan in one way wherever the codes allow it."""
    monkeypatch.setattr(
        _flat_search.FlatSearch, "_fastest", lambda self, n_queries, possible: way if possible[way] else "words"
    )


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    take(request.param, monkeypatch)


def make_codes(n, n_bits, seed=0, kind="uniform"):
    """Return packed codes; clustered ones have many duplicates and ties."""
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2, (n, n_bits), dtype=np.uint8)
    if kind == "clustered":
        centers = np.random.default_rng(99).integers(0, 2, (4, n_bits), dtype=np.uint8)
        bits = centers[rng.integers(0, 4, n)] ^ (rng.random((n, n_bits)) < 0.03)
    return np.packbits(bits, axis=1)


def all_distances(queries, packed):
    return np.stack([np.bitwise_count(packed ^ query).sum(axis=1, dtype=np.int32) for query in queries])


def sorted_neighbors(queries, packed, where=None):
    """Return, for every query, the distances and rows of all allowed codes in order of (distance, row)."""
    rows = np.arange(len(packed)) if where is None else np.flatnonzero(where)
    distances = all_distances(queries, packed[rows])
    order = np.argsort(distances, axis=1, kind="stable")
    return np.take_along_axis(distances, order, axis=1), rows[order]


def assert_knn(index, queries, k, expected, **options):
    distances, rows = index.knn(queries, k, **options)
    assert distances.dtype == np.int32
    assert rows.dtype == np.int64
    np.testing.assert_array_equal(distances, expected[0][:, :k])
    np.testing.assert_array_equal(rows, expected[1][:, :k])


def assert_radius(index, queries, radius, expected, **options):
    indptr, distances, rows = index.radius(queries, radius, **options)
    assert (indptr.dtype, distances.dtype, rows.dtype) == (np.int64, np.int32, np.int64)
    inside = expected[0] <= radius
    np.testing.assert_array_equal(indptr, np.concatenate([[0], np.cumsum(inside.sum(axis=1))]))
    np.testing.assert_array_equal(distances, expected[0][inside])
    np.testing.assert_array_equal(rows, expected[1][inside])


@pytest.mark.parametrize("kind", ["uniform", "clustered"])
@pytest.mark.parametrize("n_bits", N_BITS)
def test_equals_a_stable_sort_of_all_distances(n_bits, kind, monkeypatch):
    for n in SIZES:
        packed = make_codes(n, n_bits, seed=n, kind=kind)
        queries = np.concatenate([make_codes(4, n_bits, seed=7, kind=kind), packed[-1:]])
        index = FlatIndex(packed, n_bits)
        expected = sorted_neighbors(queries, packed)
        possible = _flat_search.FlatSearch(packed, queries, None)._possible()
        for way in (way for way in WAYS if possible[way]):
            take(way, monkeypatch)
            for k in {1, min(10, n), min(300, n), n}:
                assert_knn(index, queries, k, expected)
        for radius in (0, 2, n_bits // 2, n_bits):
            assert_radius(index, queries, radius, expected)


@pytest.mark.parametrize("n_bits", [8, 16, 24, 64, 128, 136])
def test_many_blocks_and_tiles(n_bits, way):
    packed = make_codes(70_001, n_bits, kind="clustered")
    queries = make_codes(300, n_bits, seed=1)
    index = FlatIndex(packed, n_bits)
    some = [0, 150, 299]
    expected = sorted_neighbors(queries[some], packed)
    distances, rows = index.knn(queries, 200)
    np.testing.assert_array_equal(distances[some], expected[0][:, :200])
    np.testing.assert_array_equal(rows[some], expected[1][:, :200])
    assert_radius(index, queries[some], n_bits // 3, expected)


@pytest.mark.parametrize("k", [1, 5, 40])
def test_ever_nearer_codes_displace_all_earlier_ones(k, way):
    # Every row is nearer than those before or ties with them: the most candidates that a scan can meet.
    bits = np.zeros((65 * 50, 64), np.uint8)
    for row, ones in enumerate(np.repeat(np.arange(64, -1, -1), 50)):
        bits[row, :ones] = 1
    packed = np.packbits(bits, axis=1)
    queries = np.zeros((2, 8), np.uint8)
    assert_knn(FlatIndex(packed, 64), queries, k, sorted_neighbors(queries, packed))


@pytest.mark.parametrize("n_bits", [12, 48, 64, 100])
@pytest.mark.parametrize("fraction", [0.0, 0.01, 0.5, 0.99, 1.0])
def test_where_allows_rows(n_bits, fraction, way):
    packed = make_codes(3001, n_bits, kind="clustered")
    queries = packed[[0, 3000]]
    where = np.random.default_rng(3).random(3001) < fraction
    expected = sorted_neighbors(queries, packed, where)
    index = FlatIndex(packed, n_bits)
    for k in {0, min(10, where.sum()), where.sum()}:
        assert_knn(index, queries, int(k), expected, where=where)
    for radius in (0, n_bits // 4, n_bits):
        assert_radius(index, queries, radius, expected, where=where)


@pytest.mark.parametrize("n", [0, 3000])
@pytest.mark.parametrize("m", [1, 100])
def test_nothing_to_find_for_any_number_of_threads(n, m):
    index, queries = FlatIndex(make_codes(n, 24), 24), make_codes(m, 24, seed=1)
    for n_jobs in (1, 2, 3):
        indptr, distances, rows = index.radius(queries, 24, where=np.zeros(n, bool), n_jobs=n_jobs)
        assert indptr.tolist() == [0] * (m + 1)
        assert len(distances) == len(rows) == 0
        assert index.knn(queries, 0, where=np.zeros(n, bool), n_jobs=n_jobs)[0].shape == (m, 0)


def test_where_allows_only_the_last_row():
    packed = make_codes(1000, 24)
    where = np.arange(1000) == 999
    distances, rows = FlatIndex(packed, 24).knn(packed[999:], 1, where=where)
    assert (distances.item(), rows.item()) == (0, 999)


@pytest.mark.parametrize("where", [None, np.arange(5000) % 3 == 0])
@pytest.mark.parametrize("m", [1, 3, 100])
def test_result_does_not_depend_on_threads(monkeypatch, where, m, way):
    monkeypatch.setattr(_flat_search, "_MIN_SHARD_PAIRS", 100)
    packed = make_codes(5000, 32, kind="clustered")
    queries = make_codes(m, 32, seed=5, kind="clustered")
    index = FlatIndex(packed, 32)
    expected = sorted_neighbors(queries, packed, where)
    for n_jobs in (1, 2, 3):
        assert_knn(index, queries, 1500, expected, where=where, n_jobs=n_jobs)
        assert_knn(index, queries, 20, expected, where=where, n_jobs=n_jobs)
        assert_radius(index, queries, 9, expected, where=where, n_jobs=n_jobs)


def test_few_queries_share_the_codes_among_threads(monkeypatch):
    monkeypatch.setattr(_flat_search, "_MIN_SHARD_PAIRS", 100)
    index = FlatIndex(make_codes(5000, 32), 32)
    tiles, shards = _flat_search.FlatSearch(index.packed, index.packed[:1], None)._tasks(256, 2)
    assert tiles == [(0, 1)]
    assert shards == [(0, 2500), (2500, 5000)]


def test_search_from_many_threads_at_once():
    packed = make_codes(20_000, 64, kind="clustered")
    queries = make_codes(20, 64, seed=5, kind="clustered")
    index = FlatIndex(packed, 64)
    expected = sorted_neighbors(queries, packed)
    failures = []

    def search():
        try:
            for _ in range(5):
                assert_knn(index, queries, 10, expected)
                assert_radius(index, queries, 2, expected)
        except AssertionError as error:
            failures.append(error)

    threads = [threading.Thread(target=search) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.parametrize("n_bits", [8, 24, 64, 100])
def test_appended_codes_are_found(n_bits, way):
    packed = make_codes(700, n_bits, kind="clustered")
    queries = make_codes(5, n_bits, seed=2, kind="clustered")
    original = packed[:300].copy()
    index = FlatIndex(original, n_bits)
    for start, stop in [(300, 300), (300, 301), (301, 557), (557, 700)]:
        index.append(packed[start:stop])
        assert index.n == stop
        np.testing.assert_array_equal(index.packed, packed[:stop])
        expected = sorted_neighbors(queries, packed[:stop])
        assert_knn(index, queries, 20, expected)
        assert_radius(index, queries, n_bits // 4, expected)
    np.testing.assert_array_equal(original, packed[:300])


def test_small_appends_seldom_copy():
    packed = make_codes(4000, 64)
    index = FlatIndex(packed[:2000], 64)
    moves = 0
    for row in range(2000, 4000):
        before = index.packed
        index.append(packed[row : row + 1])
        moves += not np.shares_memory(before, index.packed)
    assert moves < 20
    assert packed.nbytes <= index.nbytes <= 1.2 * packed.nbytes


def test_an_empty_index_grows():
    index = FlatIndex(np.empty((0, 2), np.uint8), 12)
    queries = make_codes(3, 12)
    assert index.n == 0
    assert_radius(index, queries, 12, sorted_neighbors(queries, index.packed))
    distances, rows = index.knn(queries, 0)
    assert distances.shape == rows.shape == (3, 0)
    index.append(queries)
    assert_knn(index, queries, 3, sorted_neighbors(queries, queries))


def test_no_query():
    index = FlatIndex(make_codes(10, 64), 64)
    distances, rows = index.knn(np.empty((0, 8), np.uint8), 4)
    assert distances.shape == rows.shape == (0, 4)
    indptr, distances, rows = index.radius(np.empty((0, 8), np.uint8), 4)
    assert indptr.tolist() == [0]
    assert len(distances) == len(rows) == 0


@pytest.mark.parametrize("n_bytes", [1, 3, 4, 6, 8, 13, 16, 32])
def test_read_only_memory_map_is_searched_in_place(tmp_path, n_bytes, way):
    # The codes fill whole pages: a kernel that reads past the last code leaves the mapping.
    n = 4096
    packed = make_codes(n, 8 * n_bytes)
    packed.tofile(tmp_path / "codes.bin")
    mapped = np.memmap(tmp_path / "codes.bin", np.uint8, mode="r", shape=(n, n_bytes))
    index = FlatIndex(mapped, 8 * n_bytes)
    assert np.shares_memory(index.packed, mapped)
    assert index.nbytes == n * n_bytes
    queries = packed[-2:]
    expected = sorted_neighbors(queries, packed)
    assert_knn(index, queries, 5, expected)
    assert_radius(index, queries, 2 * n_bytes, expected)
    index.append(packed[:1])
    assert index.n == n + 1


def test_codes_at_any_address(way):
    packed = make_codes(1000, 64)
    buffer = np.empty(packed.size + 3, np.uint8)
    shifted = buffer[3:].reshape(packed.shape)
    shifted[:] = packed
    assert_knn(FlatIndex(shifted, 64), packed[:3], 10, sorted_neighbors(packed[:3], packed))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_shape(way, data):
    n_bits = data.draw(st.integers(1, 200), "n_bits")
    n = data.draw(st.integers(1, 1500), "n")
    kind = data.draw(st.sampled_from(["uniform", "clustered"]), "kind")
    packed = make_codes(n, n_bits, data.draw(st.integers(0, 9), "seed"), kind)
    queries = make_codes(data.draw(st.integers(1, 20), "m"), n_bits, 10, kind)
    where = data.draw(st.sampled_from([None, np.arange(n) % 2 == 0]), "where")
    expected = sorted_neighbors(queries, packed, where)
    index = FlatIndex(packed, n_bits)
    k = data.draw(st.integers(1, expected[0].shape[1]), "k")
    assert_knn(index, queries, k, expected, where=where)
    assert_radius(index, queries, data.draw(st.integers(0, n_bits), "radius"), expected, where=where)


@pytest.mark.parametrize("n_bits", [32, 64, 128, 512])
@pytest.mark.parametrize("kind", ["uniform", "clustered"])
def test_equals_faiss(n_bits, kind, way):
    faiss = pytest.importorskip("faiss")
    packed = make_codes(30_000, n_bits, kind=kind)
    queries = make_codes(20, n_bits, seed=1, kind=kind)
    reference = faiss.IndexBinaryFlat(n_bits)
    reference.use_heap = False
    reference.add(packed)
    expected = reference.search(queries, 50)
    assert_knn(FlatIndex(packed, n_bits), queries, 50, expected)
