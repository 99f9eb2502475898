"""Recall of true neighbors against every order of ties written out, plain argsort and faiss."""

import tracemalloc
from fractions import Fraction
from itertools import permutations, product

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sklearn_hash.codes import pack_codes, signs_from_codes
from sklearn_hash.metrics import _neighbor_recall as recall_module
from sklearn_hash.metrics import neighbor_recall, recall_at_k, true_neighbors


def mean_over_orders(distances, neighbors, n_candidates):
    """Expected share of neighbors among the first, over every order of the rows that keeps distances ascending."""
    rings = [np.flatnonzero(distances == value) for value in np.unique(distances)]
    orders = [sum(order, ()) for order in product(*(permutations(ring) for ring in rings))]
    found = sum(len(set(order[:n_candidates]) & set(neighbors)) for order in orders)
    return Fraction(found, len(orders) * len(neighbors))


def by_argsort(distances, neighbors, n_candidates):
    return np.isin(neighbors, np.argsort(distances, kind="stable")[:n_candidates]).mean()


RULES = pytest.mark.parametrize(("ties", "rule"), [("expected", mean_over_orders), ("index", by_argsort)])


@RULES
@given(
    seed=st.integers(0, 2**32 - 1),
    n_bits=st.integers(1, 4),
    n_database=st.integers(1, 6),
    n_neighbors=st.integers(1, 6),
    n_candidates=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    leave_one_out=st.booleans(),
)
@settings(deadline=None, max_examples=80)
def test_equals_definition(ties, rule, seed, n_bits, n_database, n_neighbors, n_candidates, leave_one_out):
    rng = np.random.default_rng(seed)
    n_queries = n_database + 1 if leave_one_out else 3
    n_neighbors = min(n_neighbors, n_database)
    query = rng.integers(0, 2, (n_queries, n_bits))
    database = query if leave_one_out else rng.integers(0, 2, (n_database, n_bits))
    pairs = []
    for i, distances in enumerate((query[:, None] != database).sum(axis=2)):
        rows = np.delete(np.arange(len(database)), i if leave_one_out else [])
        pairs.append((distances[rows], rng.permutation(len(rows))[:n_neighbors], rows))
    neighbors = [rows[places] for _, places, rows in pairs]
    recall = neighbor_recall(
        query, neighbors, None if leave_one_out else database,
        n_neighbors=n_neighbors, n_candidates=n_candidates, metric="precomputed", ties=ties,
    )  # fmt: skip
    expected = [np.mean([float(rule(d, places, n)) for d, places, _ in pairs]) for n in n_candidates]
    np.testing.assert_allclose(recall, expected, rtol=0, atol=1e-14)


@pytest.fixture(scope="module")
def hashed():
    """Vectors and their codes, of which many tie; several blocks of the kernels."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((6000, 16)) + 2 * rng.standard_normal((50, 16))[rng.integers(0, 50, 6000)]
    codes = (X @ rng.standard_normal((16, 20)) > 0).astype(int)
    return codes[:60], X[:60], codes[60:], X[60:]


@pytest.mark.parametrize("n_neighbors", [1, 30])
def test_equals_shuffled_databases_and_faiss(hashed, n_neighbors):
    query, X_query, database, X_database = hashed
    index = faiss.IndexFlatL2(16)
    index.add(X_database.astype(np.float32))
    neighbors = index.search(X_query.astype(np.float32), n_neighbors)[1]
    distances = (query[:, None] != database).sum(axis=2)
    rng = np.random.default_rng(0)
    n_candidates, shuffled = [1, 30, 1000], []
    for _ in range(60):
        noise = rng.random(distances.shape)
        ranks = np.argsort(np.argsort(distances + noise, axis=1), axis=1)
        at = np.take_along_axis(ranks, neighbors, axis=1)
        shuffled.append([(at < n).mean() for n in n_candidates])
    error = np.std(shuffled, axis=0) / np.sqrt(60)
    recall = neighbor_recall(*hashed, n_neighbors=n_neighbors, n_candidates=n_candidates, metric="euclidean")
    assert (np.abs(recall - np.mean(shuffled, axis=0)) < 4 * error + 1e-14).all()
    by_row = [np.mean([by_argsort(*pair, n) for pair in zip(distances, neighbors, strict=True)]) for n in n_candidates]
    found = neighbor_recall(
        *hashed, n_neighbors=n_neighbors, n_candidates=n_candidates, metric="euclidean", ties="index", n_jobs=2
    )
    np.testing.assert_allclose(found, by_row, rtol=0, atol=1e-14)


@pytest.mark.parametrize("ties", ["expected", "index"])
def test_neighbors_as_labels_give_recall_at_k(hashed, ties):
    """The label sets of a database say which queries each row is a neighbor of."""
    query, X_query, database, X_database = hashed
    labels = np.zeros((len(database), len(query)), dtype=int)
    np.put_along_axis(labels, true_neighbors(X_query, X_database).T, 1, axis=0)
    expected = recall_at_k(query, np.eye(len(query), dtype=int), database, labels, k=25, ties=ties)
    assert neighbor_recall(*hashed, n_candidates=25, ties=ties) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("ties", ["expected", "index"])
def test_forms_of_codes_vectors_and_threads_do_not_matter(hashed, ties, monkeypatch):
    query, X_query, database, X_database = hashed
    expected = neighbor_recall(*hashed, ties=ties)
    assert isinstance(expected, float)
    monkeypatch.setattr(recall_module, "_COUNTS_A_BLOCK", 21 * 7)
    forms = [
        ((signs_from_codes(query), X_query.tolist(), database.tolist(), X_database), {}),
        ((query, sparse.csr_array(X_query), database, sparse.csr_array(X_database)), {}),
        ((query, true_neighbors(X_query, X_database, n_neighbors=15), database), {"metric": "precomputed"}),
        ((pack_codes(query), X_query, pack_codes(database), X_database), {"packed": True, "n_bits": 20, "n_jobs": 2}),
    ]
    for arguments, options in forms:
        assert neighbor_recall(*arguments, ties=ties, **options) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("ties", ["expected", "index"])
def test_without_a_database_each_query_leaves_itself_out(hashed, ties):
    codes, X = hashed[0], hashed[1]
    one_by_one = [
        neighbor_recall(codes[[i]], X[[i]], np.delete(codes, i, axis=0), np.delete(X, i, axis=0), ties=ties)
        for i in range(len(codes))
    ]
    assert neighbor_recall(codes, X, ties=ties) == pytest.approx(np.mean(one_by_one), abs=1e-14)


@pytest.mark.parametrize("ties", ["expected", "index"])
def test_all_rows_retrieved_are_all_neighbors(hashed, ties):
    np.testing.assert_array_equal(neighbor_recall(*hashed, n_candidates=[5940, 10**12], ties=ties), [1, 1])


@pytest.mark.parametrize("ties", ["expected", "index"])
def test_memory_does_not_grow_with_the_number_of_pairs(ties):
    rng = np.random.default_rng(0)
    codes, neighbors = rng.integers(0, 256, (6000, 4), dtype=np.uint8), (np.arange(6000)[:, None] + [1, 2]) % 6000
    options = {"metric": "precomputed", "packed": True, "n_neighbors": 2, "ties": ties}
    neighbor_recall(codes[:10], neighbors[:10], codes, **options)
    tracemalloc.start()
    neighbor_recall(codes, neighbors, **options)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6000 * 6000  # bytes: less than one byte a pair


CODES, X = np.eye(4, dtype=int), np.eye(4)
GIVEN = {"metric": "precomputed", "n_neighbors": 2}
ALL_BUT_OWN = [[1, 2], [0, 2], [0, 1], [0, 1]]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((CODES, X[:3]), {}, "X_query must have 4 rows, one for each of query_codes; got 3"),
        ((CODES, None), {}, "X_query must have 4 rows, .*; got None"),
        ((CODES, X, CODES), {}, "X_database must have 4 rows, one for each of database_codes; got None"),
        ((CODES, X, CODES, X[:2]), {}, "X_database must have 4 rows, one for each of database_codes; got 2"),
        ((CODES, X, None, X), {}, "database_codes must be given with X_database; got None"),
        ((CODES, X, np.ones((2, 3)), X[:2]), {}, "database_codes must have n_bits=4 columns; got 3"),
        ((CODES, X), {}, "n_neighbors must be at most 3, .*; got 10"),
        ((CODES, ALL_BUT_OWN), {**GIVEN, "n_neighbors": 4}, "n_neighbors must be at most 3, .*; got 4"),
        ((CODES, ALL_BUT_OWN), {**GIVEN, "n_neighbors": 3}, "at least n_neighbors=3 columns; got 2"),
        ((CODES, ALL_BUT_OWN, CODES, X), GIVEN, "X_database must be left out with metric='precomputed'"),
        ((CODES, np.array(ALL_BUT_OWN, dtype=float)), GIVEN, "integers with metric='precomputed'; got float64"),
        ((CODES, [[1, 4]] * 4), GIVEN, "rows of the database, from 0 to 3; got 4"),
        ((CODES, [[1, -1]] * 4), GIVEN, "rows of the database, from 0 to 3; got -1"),
        ((CODES, [[1, 1]] * 4, CODES), GIVEN, "no row twice"),
        ((CODES, [[1, 2]] * 4), GIVEN, "not name a query as its own neighbor"),
        ((np.empty((0, 4)), np.empty((0, 4)), CODES, X), {}, "query_codes must hold at least one code"),
        ((CODES, X), {"n_candidates": 0}, "'n_candidates' parameter"),
        ((CODES, X), {"n_candidates": []}, r"n_candidates must hold positive integers; got \[\]"),
        ((CODES, X), {"n_candidates": [1, 0]}, r"n_candidates must hold positive integers; got \[1, 0\]"),
        ((CODES, X), {"n_candidates": [1.5]}, "n_candidates must hold positive integers"),
        ((CODES, X), {"n_neighbors": 0}, "'n_neighbors' parameter"),
        ((CODES, X), {"ties": "random"}, "'ties' parameter"),
        ((CODES, X), {"packed": 1}, "'packed' parameter"),
    ],
)  # fmt: skip
def test_bad_input_names_the_parameter(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        neighbor_recall(*arguments, **options)
