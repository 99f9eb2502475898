"""True neighbors against a stable argsort of exact distances, scikit-learn and faiss."""

import tracemalloc
from fractions import Fraction

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

from sklearn_hash.metrics import _matrix_products as products_module
from sklearn_hash.metrics import true_neighbors


def exact_order(queries, database, metric):
    """Rows by (distance, row), from distances of whole numbers that lose no digit."""
    queries, database = ([[Fraction(float(v)) for v in row] for row in X] for X in (queries, database))
    if metric == "inner_product":
        distances = [[-sum(a * b for a, b in zip(x, y, strict=True)) for y in database] for x in queries]
    else:
        distances = [[sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) for y in database] for x in queries]
    return np.array([sorted(range(len(row)), key=lambda j: (row[j], j)) for row in distances])


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "l2", "inner_product"])
@given(
    seed=st.integers(0, 2**32 - 1),
    n_database=st.integers(2, 30),
    n_features=st.integers(1, 4),
    blocks=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    scale=st.sampled_from([1.0, 2.0**-500, 2.0**700]),
    offset=st.sampled_from([0, 10**6]),
    leave_one_out=st.booleans(),
)
@settings(deadline=None, max_examples=40)
def test_ties_go_by_row_in_any_blocks(metric, seed, n_database, n_features, blocks, scale, offset, leave_one_out):
    """Small whole numbers tie often; an offset that single precision cannot resolve does not matter."""
    rng = np.random.default_rng(seed)
    database = (rng.integers(0, 4, (n_database, n_features)) + offset) * scale
    queries = database if leave_one_out else (rng.integers(0, 4, (7, n_features)) + offset) * scale
    expected = exact_order(queries, database, metric)
    if leave_one_out:
        expected = np.array([row[row != i] for i, row in enumerate(expected)])
    k = int(rng.integers(1, expected.shape[1] + 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products_module, "_block_size", lambda most, n_features: blocks[most == 4096])
        found = true_neighbors(queries, None if leave_one_out else database, n_neighbors=k, metric=metric)
    np.testing.assert_array_equal(found, expected[:, :k])


@pytest.fixture(scope="module", params=["clusters", "nearest last", "wide range"])
def vectors(request):
    """Queries and a database of several blocks; one where each block holds nearer rows than all before."""
    rng = np.random.default_rng(0)
    database = rng.standard_normal((9000, 12)) + 5 * rng.standard_normal((30, 12))[rng.integers(0, 30, 9000)]
    if request.param == "nearest last":
        database = database[np.argsort(-np.linalg.norm(database, axis=1))] * [1, *[1e-3] * 11]
    if request.param == "wide range":
        database *= 10.0 ** rng.uniform(-12, 12, (9000, 1))
    return rng.standard_normal((1100, 12)), database


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("metric", ["cosine", "euclidean", "inner_product"])
def test_equals_argsort_of_distances(vectors, metric, dtype):
    queries, database = (X.astype(dtype) for X in vectors)
    wide = [X.astype(np.longdouble) for X in (queries[::50], database)]
    if metric == "cosine":
        wide = [X / np.linalg.norm(X, axis=1, keepdims=True) for X in wide]
    distances = -wide[0] @ wide[1].T
    if metric == "euclidean":
        distances = ((wide[0][:, None] - wide[1]) ** 2).sum(axis=2)
    found = true_neighbors(queries, database, n_neighbors=40, metric=metric)
    np.testing.assert_array_equal(found[::50], np.argsort(distances, axis=1, kind="stable")[:, :40])


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "manhattan", "correlation", "jaccard"])
@pytest.mark.parametrize("leave_one_out", [False, True])
def test_equals_scikit_learn(metric, leave_one_out):
    rng = np.random.default_rng(0)
    database = rng.standard_normal((300, 60)) > 0 if metric == "jaccard" else rng.standard_normal((300, 60))
    queries = database if leave_one_out else database[:40] ^ True if metric == "jaccard" else database[:40] + 0.1
    search = NearestNeighbors(algorithm="brute", metric=metric).fit(database)
    expected = search.kneighbors(None if leave_one_out else queries, 3, return_distance=False)
    found = true_neighbors(queries, None if leave_one_out else database, n_neighbors=3, metric=metric, n_jobs=2)
    if metric != "jaccard":  # of which many tie
        np.testing.assert_array_equal(found, expected)
    distances = pairwise_distances(queries, database, metric=metric)
    np.testing.assert_allclose(*(np.take_along_axis(distances, rows, axis=1) for rows in (found, expected)))


@pytest.mark.parametrize(("metric", "index"), [("euclidean", faiss.IndexFlatL2), ("inner_product", faiss.IndexFlatIP)])
def test_equals_faiss(metric, index):
    rng = np.random.default_rng(0)
    queries, database = (rng.standard_normal((n, 32), dtype=np.float32) for n in (200, 20_000))
    search = index(32)
    search.add(database)
    np.testing.assert_array_equal(true_neighbors(queries, database, metric=metric), search.search(queries, 10)[1])


def test_own_metric_and_ties_by_row():
    X = np.array([[3.0], [1.0], [3.0], [2.0], [1.0]])
    found = true_neighbors(X, n_neighbors=4, metric=lambda a, b: abs(a[0] - b[0]))
    np.testing.assert_array_equal(found, [[2, 3, 1, 4], [4, 3, 0, 2], [0, 3, 1, 4], [0, 1, 2, 4], [1, 3, 0, 2]])


def test_form_of_vectors_does_not_matter():
    X = np.random.default_rng(0).integers(0, 50, (120, 9)).astype(np.uint8)
    for metric in ("cosine", "euclidean"):
        expected = true_neighbors(X.astype(float), n_neighbors=5, metric=metric)
        for form in (X, X.tolist(), np.asfortranarray(X), X[::-1][::-1]):
            np.testing.assert_array_equal(true_neighbors(form, n_neighbors=5, metric=metric), expected)
        found = true_neighbors(sparse.csr_array(X.astype(float)), n_neighbors=5, metric=metric)
        distances = pairwise_distances(X, metric=metric)
        np.testing.assert_allclose(*(np.take_along_axis(distances, rows, axis=1) for rows in (found, expected)))


def test_rows_of_zeros_are_at_cosine_distance_one():
    found = true_neighbors([[1.0, 0.0], [0.0, 0.0]], [[-1.0, 0.0], [0.0, 0.0], [0.0, 2.0]], n_neighbors=3)
    np.testing.assert_array_equal(found, [[1, 2, 0], [0, 1, 2]])


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "inner_product"])
@pytest.mark.parametrize("n_distinct", [1, 20_000])
def test_memory_is_that_of_a_block(metric, n_distinct, monkeypatch):
    """Even where all rows are equal, and so none can be ruled out."""
    X = np.random.default_rng(0).standard_normal((n_distinct, 4))[np.arange(20_000) % n_distinct]
    for name, size in {"_QUERIES_A_BLOCK": 128, "_ROWS_A_BLOCK": 512, "_PAIRS_A_BLOCK": 4096}.items():
        monkeypatch.setattr(products_module, name, size)
    tracemalloc.start()
    true_neighbors(X[:500], X, metric=metric)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < X.nbytes + 100 * 128 * 512  # bytes; all distances would take 80 MB


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([[0, 1]], [[0, 1, 2]]), {}, "X_database must have 2 columns, as X_query; got 3"),
        (([[0, 1]], [[0, 1]]), {"n_neighbors": 2}, "n_neighbors must be at most 1, .*; got 2"),
        (([[0, 1], [1, 1]],), {"n_neighbors": 2}, "n_neighbors must be at most 1, .*; got 2"),
        (([[0, np.nan]], [[0, 1]]), {}, "Input X_query contains NaN"),
        (([[0, 1]], [[0, np.inf]]), {}, "Input X_database contains infinity"),
        (([0, 1],), {}, "2D array"),
        (([[0, 1]], [[0, 1]]), {"n_neighbors": 0}, "'n_neighbors' parameter"),
        (([[0, 1]], [[0, 1]]), {"metric": 2}, "'metric' parameter"),
        (([[0, 1]], [[0, 1]]), {"metric": "chess", "n_neighbors": 1}, "chess"),
        (([[1, 1]], [[0, 1]]), {"metric": "correlation", "n_neighbors": 1}, "finite distances; 'correlation'"),
        ((sparse.eye_array(3, format="csr"),), {"metric": "inner_product", "n_neighbors": 1}, "must be dense"),
    ],
)
def test_bad_input_names_the_parameter(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        true_neighbors(*arguments, **options)
