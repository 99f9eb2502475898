"""Pruned search against a stable sort of all distances, and its estimate of costs."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sklearn_hash._hamming._pruned import PrunedIndex, prunes_well

# Code lengths of every word layout: 8, 16, 32 and 64 bits, two and more words; whole bytes and not.
WIDTHS = [1, 8, 13, 16, 24, 32, 33, 64, 100, 128, 200]


def packed_codes(kind, n, n_bits, seed=0, n_centers=4):
    rng = np.random.default_rng(seed)
    if kind == "uniform":
        bits = rng.integers(0, 2, (n, n_bits))
    elif kind == "equal":
        bits = np.ones((n, n_bits), int)
    else:
        centers = np.random.default_rng(99).integers(0, 2, (n_centers, n_bits))
        bits = centers[rng.integers(0, n_centers, n)] ^ (rng.random((n, n_bits)) < 0.03)
    return np.packbits(bits.astype(np.uint8), axis=1)


def sorted_neighbors(queries, packed, where=None):
    """Return all rows by (distance, row), the rows not allowed last."""
    distances = np.bitwise_count(queries[:, None] ^ packed[None]).sum(axis=2, dtype=np.int64)
    if where is not None:
        distances[:, ~where] = 10_000
    order = np.argsort(distances, axis=1, kind="stable")
    return np.take_along_axis(distances, order, axis=1), order


def assert_knn(index, queries, packed, k, **options):
    distances, rows = index.knn(queries, k, **options)
    expected_distances, expected_rows = sorted_neighbors(queries, packed, options.get("where"))
    assert distances.dtype == np.int32
    assert rows.dtype == np.int64
    assert_array_equal(distances, expected_distances[:, :k])
    assert_array_equal(rows, expected_rows[:, :k])


def assert_radius(index, queries, packed, radius, **options):
    indptr, distances, rows = index.radius(queries, radius, **options)
    expected_distances, expected_rows = sorted_neighbors(queries, packed, options.get("where"))
    within = expected_distances <= radius
    assert (indptr.dtype, distances.dtype, rows.dtype) == (np.int64, np.int32, np.int64)
    assert_array_equal(indptr, np.append(0, within.sum(axis=1).cumsum()))
    assert_array_equal(distances, expected_distances[within])
    assert_array_equal(rows, expected_rows[within])


@pytest.mark.parametrize("n_bits", WIDTHS)
@pytest.mark.parametrize("kind", ["uniform", "clustered", "equal"])
def test_equals_a_stable_sort_of_all_distances(n_bits, kind):
    for n in (1, 2, 63, 64, 65, 700):
        packed = packed_codes(kind, n, n_bits)
        queries = np.vstack([packed_codes(kind, 5, n_bits, seed=1), packed[:2], ~packed[:1]])
        if n_bits % 8:
            queries[-1, -1] &= 256 - (1 << (8 - n_bits % 8))
        index = PrunedIndex(packed, n_bits)
        for k in {1, min(n, 10), n // 2, n}:
            assert_knn(index, queries, packed, k)
        for radius in {0, 1, 2, n_bits // 3, n_bits}:
            assert_radius(index, queries, packed, radius)


@pytest.mark.parametrize("n_bits", [16, 64, 128])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_finds_only_the_rows_allowed(n_bits, share):
    packed, queries = packed_codes("clustered", 900, n_bits), packed_codes("clustered", 9, n_bits, seed=1)
    where = np.random.default_rng(2).random(900) < share
    index = PrunedIndex(packed, n_bits)
    for k in {0, min(1, where.sum()), where.sum() // 2, where.sum()}:
        assert_knn(index, queries, packed, k, where=where)
    for radius in (0, 3, n_bits):
        assert_radius(index, queries, packed, radius, where=where)


def test_more_ties_than_candidates_are_kept():
    # 1,024 codes at one distance from the query: only the rows order them.
    order = np.random.default_rng(0).permutation(1024)
    packed = np.packbits(np.eye(1024, dtype=np.uint8)[order], axis=1)
    index = PrunedIndex(packed, 1024)
    for k in (1, 2, 30):
        assert_knn(index, np.zeros((1, 128), np.uint8), packed, k)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_many_queries_come_back_in_their_own_order(n_jobs):
    packed, queries = packed_codes("clustered", 2000, 64), packed_codes("clustered", 700, 64, seed=1)
    index = PrunedIndex(packed, 64)
    assert_knn(index, queries, packed, 7, n_jobs=n_jobs)
    assert_radius(index, queries, packed, 4, n_jobs=n_jobs)


def test_grows_from_nothing():
    parts = [packed_codes("clustered", n, 64, seed=n) for n in (0, 1, 70, 0, 300)]
    queries = packed_codes("clustered", 6, 64, seed=1)
    index = PrunedIndex(parts[0], 64)
    assert_radius(index, queries, parts[0], 64)
    assert index.knn(queries, 0)[1].shape == (6, 0)
    for i in range(1, len(parts)):
        index.append(parts[i])
        packed = np.concatenate(parts[: i + 1])
        assert index.n == len(packed)
        assert_array_equal(index.packed, packed)
        assert_knn(index, queries, packed, min(10, len(packed)))
        assert_radius(index, queries, packed, 5)


def test_no_queries():
    index = PrunedIndex(packed_codes("clustered", 10, 64), 64)
    none = np.empty((0, 8), np.uint8)
    assert index.knn(none, 3)[0].shape == (0, 3)
    assert_array_equal(index.radius(none, 3)[0], [0])


def test_pickles_as_the_packed_codes():
    packed, queries = packed_codes("clustered", 500, 32), packed_codes("clustered", 5, 32, seed=1)
    data = pickle.dumps(PrunedIndex(packed, 32))
    assert len(data) < packed.nbytes + 1000
    assert_knn(pickle.loads(data), queries, packed, 20)


def test_is_searched_from_many_threads():
    packed, queries = packed_codes("clustered", 3000, 64), packed_codes("clustered", 50, 64, seed=1)
    index = PrunedIndex(packed[:1000], 64)
    index.append(packed[1000:])  # so that the threads race to rebuild
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: index.knn(queries, 10), range(8)))
    expected_distances, expected_rows = sorted_neighbors(queries, packed)
    for distances, rows in found:
        assert_array_equal(distances, expected_distances[:, :10])
        assert_array_equal(rows, expected_rows[:, :10])


@settings(deadline=None, max_examples=60)
@given(data=st.data(), n_bits=st.sampled_from([3, 8, 64]), k=st.integers(1, 40), radius=st.integers(0, 64))
def test_small_random_codes(data, n_bits, k, radius):
    # Few values, so that equal codes and ties abound.
    values = st.lists(st.sampled_from([0, 1, 2, 3, 96, 160, 224]), min_size=1, max_size=150)
    column = np.array(data.draw(values), np.uint8) & np.uint8(256 - (1 << max(0, 8 - n_bits)))
    packed = np.repeat(column[:, None], -(-n_bits // 8), axis=1)
    where = np.array(data.draw(st.lists(st.booleans(), min_size=len(packed), max_size=len(packed))))
    index = PrunedIndex(packed, n_bits)
    assert_knn(index, packed[:3], packed, min(k, len(packed)))
    assert_knn(index, packed[:3], packed, min(k, where.sum()), where=where)
    assert_radius(index, packed[:3], packed, min(radius, n_bits), where=where)


@pytest.mark.parametrize("n_bits", [32, 64, 128])
def test_agrees_with_faiss(n_bits):
    faiss = pytest.importorskip("faiss")
    packed = packed_codes("clustered", 20_000, n_bits, n_centers=30)
    queries = packed_codes("clustered", 40, n_bits, seed=1, n_centers=30)
    flat = faiss.IndexBinaryFlat(n_bits)
    flat.add(packed)
    index = PrunedIndex(packed, n_bits)
    assert_array_equal(index.knn(queries, 50)[0], flat.search(queries, 50)[0])
    limits, _, ids = flat.range_search(queries, 3)  # nearer than 3
    indptr, _, rows = index.radius(queries, 2)
    assert_array_equal(indptr, limits.astype(np.int64))
    for start, stop in pairwise(indptr):
        assert_array_equal(np.sort(rows[start:stop]), np.sort(ids[start:stop]))


@pytest.mark.parametrize("n_bits", [32, 64, 128])
def test_pruning_pays_on_clustered_codes_and_not_on_uniform_ones(n_bits):
    assert prunes_well(packed_codes("clustered", 100_000, n_bits, n_centers=100), n_bits)
    assert not prunes_well(packed_codes("uniform", 100_000, n_bits), n_bits)


@pytest.mark.parametrize("n", [0, 1, 10, 300])
def test_pruning_does_not_pay_on_few_codes(n):
    assert not prunes_well(packed_codes("uniform", n, 64), 64)


def test_takes_read_only_codes_and_strided_masks():
    packed, where = packed_codes("clustered", 400, 64), np.arange(800) % 3 == 0
    packed.flags.writeable = False
    assert_knn(PrunedIndex(packed, 64), packed[:3], packed, 9, where=where[::2])


def test_takes_little_more_memory_than_the_codes():
    packed = packed_codes("clustered", 100_000, 64, n_centers=100)
    assert PrunedIndex(packed, 64).nbytes < 4 * packed.nbytes
