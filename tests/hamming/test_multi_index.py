"""Radius search of the multi-index against a stable sort of all distances, and its estimate of costs."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sklearn_hash._hamming._multi_index import MultiIndex


def packed_codes(kind, n, n_bits, seed=0):
    rng = np.random.default_rng(seed)
    if kind == "uniform":
        bits = rng.integers(0, 2, (n, n_bits))
    elif kind == "equal":
        bits = np.ones((n, n_bits), int)
    else:
        centers = np.random.default_rng(99).integers(0, 2, (4, n_bits))
        bits = centers[rng.integers(0, 4, n)] ^ (rng.random((n, n_bits)) < 0.03)
    return np.packbits(bits.astype(np.uint8), axis=1)


def assert_radius(index, queries, packed, radius, where=None, n_jobs=None):
    indptr, distances, rows = index.radius(queries, radius, where=where, n_jobs=n_jobs)
    all_distances = np.bitwise_count(queries[:, None] ^ packed[None]).sum(axis=2, dtype=np.int64)
    if where is not None:
        all_distances[:, ~where] = 10_000
    order = np.argsort(all_distances, axis=1, kind="stable")
    all_distances = np.take_along_axis(all_distances, order, axis=1)
    within = all_distances <= radius
    assert (indptr.dtype, distances.dtype, rows.dtype) == (np.int64, np.int32, np.int64)
    assert_array_equal(indptr, np.append(0, within.sum(axis=1).cumsum()))
    assert_array_equal(distances, all_distances[within])
    assert_array_equal(rows, order[within])


# Widths with one chunk, equal chunks, unequal chunks and chunks that lie across two words.
@pytest.mark.parametrize("n_bits", [1, 8, 13, 16, 17, 32, 33, 64, 100, 128, 200])
@pytest.mark.parametrize("kind", ["uniform", "clustered", "equal"])
def test_finds_what_a_stable_sort_finds(n_bits, kind):
    for n in (1, 2, 65, 500):
        packed = packed_codes(kind, n, n_bits)
        index = MultiIndex(packed, n_bits)
        queries = np.vstack([packed_codes(kind, 5, n_bits, seed=1), packed[:2]])
        for radius in {0, 1, 2, n_bits // 8, n_bits // 5}:
            assert_radius(index, queries, packed, radius)


@pytest.mark.parametrize("n_bits", [5, 16, 33])
def test_any_radius_is_exact(n_bits):
    packed = packed_codes("uniform", 200, n_bits)
    index = MultiIndex(packed, n_bits)
    for radius in range(n_bits + 1):
        assert_radius(index, packed[:4], packed, radius)


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_finds_only_the_rows_allowed(share):
    packed = packed_codes("clustered", 800, 64)
    where = np.random.default_rng(2).random(800) < share
    assert_radius(MultiIndex(packed, 64), packed[:9], packed, 5, where=where)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_many_queries_come_back_in_their_own_order(n_jobs):
    packed, queries = packed_codes("clustered", 2000, 64), packed_codes("clustered", 700, 64, seed=1)
    assert_radius(MultiIndex(packed, 64), queries, packed, 3, n_jobs=n_jobs)


def test_grows_from_nothing():
    parts = [packed_codes("clustered", n, 64, seed=n) for n in (0, 1, 70, 0, 300)]
    queries = packed_codes("clustered", 6, 64, seed=1)
    index = MultiIndex(parts[0], 64)
    assert_radius(index, queries, parts[0], 3)
    for i in range(1, len(parts)):
        index.append(parts[i])
        packed = np.concatenate(parts[: i + 1])
        assert index.n == len(packed)
        assert_array_equal(index.packed, packed)
        assert_radius(index, queries, packed, 3)


def test_no_queries():
    index = MultiIndex(packed_codes("uniform", 10, 64), 64)
    assert_array_equal(index.radius(np.empty((0, 8), np.uint8), 3)[0], [0])


def test_pickles_as_the_packed_codes():
    packed = packed_codes("clustered", 500, 32)
    index = MultiIndex(packed, 32)
    index.radius(packed[:1], 2)
    data = pickle.dumps(index)
    assert len(data) < packed.nbytes + 1000
    assert_radius(pickle.loads(data), packed[:5], packed, 3)


def test_is_searched_from_many_threads():
    packed = packed_codes("clustered", 3000, 64)
    index = MultiIndex(packed, 64)
    with ThreadPoolExecutor(4) as pool:  # growing radii make them race to build more tables
        list(pool.map(lambda radius: assert_radius(index, packed[:30], packed, radius), range(8)))


@settings(deadline=None, max_examples=60)
@given(
    values=st.lists(st.integers(0, 2**33 - 1) | st.sampled_from([0, 1, 2**32, 2**33 - 1]), min_size=1, max_size=80),
    radius=st.integers(0, 8),
)
def test_small_random_codes(values, radius):
    bits = np.array(values)[:, None] >> np.arange(33) & 1
    packed = np.packbits(bits.astype(np.uint8), axis=1)
    assert_radius(MultiIndex(packed, 33), packed[:4], packed, radius)


def test_agrees_with_faiss():
    faiss = pytest.importorskip("faiss")
    packed = packed_codes("clustered", 20_000, 64)
    flat = faiss.IndexBinaryFlat(64)
    flat.add(packed)
    limits, _, ids = flat.range_search(packed[:40], 3)  # nearer than 3
    indptr, _, rows = MultiIndex(packed, 64).radius(packed[:40], 2)
    assert_array_equal(indptr, limits.astype(np.int64))
    for start, stop in pairwise(indptr):
        assert_array_equal(np.sort(rows[start:stop]), np.sort(ids[start:stop]))


def test_answers_small_radii_over_many_codes_only():
    index = MultiIndex(packed_codes("uniform", 200_000, 64), 64)
    assert index.answers(0)
    assert index.answers(2)
    assert not index.answers(20)
    assert not index.answers(64)
    # Where all codes share their chunks, a lookup finds everything.
    assert not MultiIndex(packed_codes("equal", 200_000, 64), 64).answers(2)


def test_builds_only_the_tables_that_a_radius_needs():
    packed = packed_codes("uniform", 2000, 256)
    index = MultiIndex(packed, 256)
    index.radius(packed[:1], 1)
    two_tables = index.nbytes - packed.nbytes
    index.radius(packed[:1], 16)
    assert two_tables < (index.nbytes - packed.nbytes) / 4
