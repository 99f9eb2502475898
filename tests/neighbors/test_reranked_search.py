"""RerankedNeighbors against exact search and against a search in stages written with numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.neighbors import NearestNeighbors

from sklearn_hash import LSHHasher, RerankedNeighbors
from sklearn_hash.neighbors._rerank import asymmetric_distances, nearest, vector_distances

RNG = np.random.default_rng(0)
X = RNG.standard_normal((300, 12)) + 0.3
QUERIES = RNG.standard_normal((20, 12)) + 0.3
HASHER = LSHHasher(20, random_state=0)
METRICS = ["cosine", "euclidean", "inner_product"]


def distances_by_numpy(queries, rows, metric):
    queries, rows = queries.astype(float), rows.astype(float)
    if metric == "euclidean":
        return np.linalg.norm(queries[:, None] - rows, axis=2)
    product = queries @ rows.T
    if metric == "inner_product":
        return -product
    norms = np.linalg.norm(queries, axis=1)[:, None] * np.linalg.norm(rows, axis=1)
    return 1 - np.divide(product, norms, out=np.zeros_like(product), where=norms > 0)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_exact_with_as_many_candidates_as_rows(metric):
    search = RerankedNeighbors(HASHER, 7, oversample=50, metric=metric).fit(X)
    expected = NearestNeighbors(n_neighbors=7, algorithm="brute", metric=metric).fit(X)
    for queries in (QUERIES, None):
        distances, rows = search.kneighbors(queries)
        expected_distances, expected_rows = expected.kneighbors(queries)
        np.testing.assert_array_equal(rows, expected_rows)
        np.testing.assert_allclose(distances, expected_distances, atol=1e-12)


def test_inner_product_is_negative_and_the_largest_comes_first():
    distances, rows = RerankedNeighbors(HASHER, 7, oversample=50, metric="inner_product").fit(X).kneighbors(QUERIES)
    products = QUERIES @ X.T
    np.testing.assert_array_equal(rows, np.argsort(-products, axis=1)[:, :7])
    np.testing.assert_allclose(distances, -np.sort(products, axis=1)[:, :-8:-1], atol=1e-12)


class FirstColumns(TransformerMixin, BaseEstimator):
    """Hasher whose real-valued codes are the first columns."""

    def __init__(self, n_bits=4):
        self.n_bits = n_bits

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X[:, : self.n_bits] - 1

    def __sklearn_is_fitted__(self):
        return True


def first(distances, rows, n):
    """The n least of all distances by (distance, row), for one query."""
    return rows[np.lexsort((rows, distances))[:n]]


def search_by_numpy(X, queries, k, oversample, asymmetric_oversample, metric, n_bits, vectors, allowed, itself):
    found = []
    for number, query in enumerate(queries):
        z, codes = query[:n_bits] - 1.0, X[:, :n_bits] - 1 > 0
        differ = codes != (z > 0)
        rows, compared = np.flatnonzero(allowed), oversample * k
        rows = first(differ.sum(axis=1)[rows], rows, compared * asymmetric_oversample + itself)
        rows = rows[rows != number] if itself else rows
        asymmetric = (abs(z) * differ).sum(axis=1)
        if asymmetric_oversample > 1 or vectors is None:
            rows = first(asymmetric[rows], rows, compared)
        exact = asymmetric if vectors is None else distances_by_numpy(query[None], X, metric)[0]
        rows = first(exact[rows].round(9), rows, k)
        found.append((exact[rows], rows))
    return found


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 1000),
    n=st.integers(3, 40),
    k=st.integers(1, 3),
    oversample=st.integers(1, 4),
    asymmetric_oversample=st.integers(1, 3),
    metric=st.sampled_from(["euclidean", "inner_product"]),
    n_bits=st.integers(1, 9),
    vectors=st.sampled_from(["given", None]),
    itself=st.booleans(),
)
def test_stages_with_many_ties(seed, n, k, oversample, asymmetric_oversample, metric, n_bits, vectors, itself):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 3, (n, 9)).astype(np.float32)  # sums of such numbers are exact, so that ties are ties
    queries = X if itself else rng.integers(0, 3, (4, 9)).astype(np.float32)
    where = np.ones(n, dtype=bool) if itself else rng.random(n) < 0.7
    search = RerankedNeighbors(
        FirstColumns(n_bits),
        k,
        oversample=oversample,
        asymmetric_oversample=asymmetric_oversample,
        metric=metric,
        vectors=vectors,
    ).fit(X)
    if itself and vectors is None:
        return
    distances, rows = search.kneighbors(None if itself else queries, where=where, pad=True)
    params = oversample, asymmetric_oversample, metric, n_bits, vectors, where, itself
    for query, (least, expected) in enumerate(search_by_numpy(X, queries, k, *params)):
        np.testing.assert_array_equal(rows[query][: len(expected)], expected)
        np.testing.assert_allclose(distances[query][: len(expected)], least, atol=1e-9)
        assert (rows[query][len(expected) :] == -1).all()
        assert np.isposinf(distances[query][len(expected) :]).all()


@pytest.mark.parametrize("n_bits", [1, 4, 8, 13, 64])
def test_asymmetric_distance_sums_the_bits_that_differ(n_bits):
    z, codes = RNG.standard_normal((5, n_bits)), RNG.integers(0, 2, (30, n_bits), dtype=np.uint8)
    rows = np.concatenate([np.tile(np.arange(30), (5, 1)), np.full((5, 1), -1)], axis=1)
    distances = asymmetric_distances(z, rows, np.packbits(codes, axis=1))
    expected = (abs(z)[:, None] * ((z > 0)[:, None] != codes)).sum(axis=2)
    np.testing.assert_allclose(distances[:, :-1], expected, atol=1e-12)
    assert np.isposinf(distances[:, -1]).all()


def test_asymmetric_distance_of_signs_is_the_hamming_distance():
    search = RerankedNeighbors(FirstColumns(12), 5, oversample=60, vectors=None).fit(np.sign(X) + 1)
    distances, rows = search.kneighbors(np.sign(QUERIES) + 1)
    expected = ((QUERIES > 0)[:, None] != (X > 0)).sum(axis=2)
    np.testing.assert_array_equal(distances, np.sort(expected, axis=1)[:, :5])
    np.testing.assert_array_equal(rows, np.argsort(expected, axis=1, kind="stable")[:, :5])


@pytest.mark.parametrize("n_nearest", [1, 2, 5, 99, 100])
def test_nearest_by_distance_and_row(n_nearest):
    distances = RNG.integers(0, 9, (40, 100)).astype(float)
    rows = np.array([RNG.permutation(100) for _ in range(40)])
    distances[rows % 10 == 3] = np.inf
    order = np.lexsort((rows, distances))[:, :n_nearest]
    least, found = nearest(distances, rows, n_nearest)
    np.testing.assert_array_equal(found, np.take_along_axis(rows, order, axis=1))
    np.testing.assert_array_equal(least, np.take_along_axis(distances, order, axis=1))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int8, np.uint8])
@pytest.mark.parametrize("n_features", [1, 7, 64, 100])
def test_distances_of_vectors(metric, dtype, n_features):
    queries = RNG.standard_normal((6, n_features))
    vectors = (20 * abs(RNG.standard_normal((50, n_features)))).astype(dtype)
    queries[0], vectors[0] = 0, 0
    rows = RNG.integers(-1, 50, (6, 40))
    halves = [(0, vectors[:20], None, None), (20, vectors[20:], None, None)]
    distances = vector_distances(queries, rows, halves, metric)
    expected = np.take_along_axis(distances_by_numpy(queries, vectors, metric), rows, axis=1)
    np.testing.assert_allclose(distances, np.where(rows < 0, np.inf, expected), atol=1e-10)


def test_every_number_of_half_precision():
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)][:, None]
    rows = np.arange(len(halves))[None]
    distances = vector_distances(np.ones((1, 1)), rows, [(0, halves.view(np.uint16), None, None)], "inner_product")
    np.testing.assert_array_equal(distances[0], -halves[:, 0].astype(float))


def test_threads_and_blocks_of_queries_do_not_change_the_result(monkeypatch):
    search = RerankedNeighbors(HASHER, 3, oversample=2).fit(X)
    expected = search.kneighbors()
    search.set_params(n_jobs=3)
    monkeypatch.setattr("sklearn_hash.neighbors._candidates._CANDIDATES_A_BLOCK", 100)
    for array, other in zip(search.kneighbors(), expected, strict=True):
        np.testing.assert_array_equal(array, other)


def test_no_queries():
    search = RerankedNeighbors(HASHER, 3).fit(X)
    distances, ids = search.kneighbors(np.empty((0, 12)))
    assert distances.shape == ids.shape == (0, 3)
    assert search.transform(np.empty((0, 12))).shape == (0, 300)


def test_duplicates_of_a_row_are_its_neighbours_but_not_the_row():
    search = RerankedNeighbors(HASHER, 1, metric="euclidean").fit(np.concatenate([X, X[:5]]))
    distances, rows = search.kneighbors()
    np.testing.assert_array_equal(rows[:5, 0], np.arange(300, 305))
    np.testing.assert_array_equal(rows[300:, 0], np.arange(5))
    assert (distances[:5] == 0).all()
    assert (distances[5:300] > 0).all()


def test_parameters_of_the_search_may_be_changed_after_fit():
    search = RerankedNeighbors(HASHER, 4, oversample=1).fit(X)
    search.set_params(oversample=150, metric="euclidean", n_neighbors=2)
    np.testing.assert_array_equal(
        search.kneighbors(QUERIES, return_distance=False),
        np.argsort(distances_by_numpy(QUERIES, X, "euclidean"), axis=1)[:, :2],
    )


def test_asymmetric_stage_finds_more_of_the_true_neighbours():
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((3000, 32)) * np.linspace(2, 0.2, 32)
    exact = RerankedNeighbors(LSHHasher(64, random_state=0), 10, oversample=300).fit(rows)
    true = exact.kneighbors(n_neighbors=10, return_distance=False)
    recall = {}
    for asymmetric, vectors in [(1, "given"), (4, "given"), (4, None)]:
        search = RerankedNeighbors(
            LSHHasher(64, random_state=0), 10, oversample=3, asymmetric_oversample=asymmetric, vectors=vectors
        ).fit(rows)
        found = search.kneighbors(rows[:300], 11, return_distance=False)
        recall[asymmetric, vectors] = np.mean([np.isin(t, f).mean() for t, f in zip(true, found, strict=False)])
    assert recall[4, "given"] > recall[1, "given"] + 0.05 > recall[4, None]
