"""Average precision against every order of ties written out, plain argsort, and scikit-learn."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.metrics import average_precision_score

from sklearn_hash.codes import pack_codes
from sklearn_hash.metrics import _distance_counts as counts_module
from sklearn_hash.metrics import average_precision_scores, mean_average_precision


def precision_of_order(relevant, k):
    """The papers' rule for one order of the database: mean precision at the relevant rows within k."""
    relevant = np.asarray(relevant[:k], dtype=float)
    hits = np.cumsum(relevant)
    return (hits / np.arange(1, len(hits) + 1))[relevant > 0].mean() if relevant.any() else 0.0


def mean_over_orders(distances, relevant, k):
    """Mean over every order of the rows that keeps distances ascending."""
    rings = [np.flatnonzero(distances == value) for value in np.unique(distances)]
    orders = product(*(permutations(ring) for ring in rings))
    scores = [precision_of_order(relevant[list(sum(order, ()))], k) for order in orders]
    return np.mean(scores) if scores else 0.0


def by_argsort(distances, relevant, k):
    return precision_of_order(relevant[np.argsort(distances, kind="stable")], k)


def hamming(a, b):
    return (a[:, None, :] != b[None, :, :]).sum(axis=2)


def share_a_label(a, b):
    return a[:, None] == b[None, :] if a.ndim == 1 else (a[:, None, :] & b[None, :, :]).any(axis=2)


@st.composite
def retrievals(draw):
    """Few short codes with many ties; class labels or label sets, empty ones among them."""
    n_bits, n_query = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    n_database = draw(st.integers(0, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    query, database = (rng.integers(0, 2, (n, n_bits)) for n in (n_query, n_database))
    if draw(st.booleans()):
        labels = [rng.integers(0, 3, n) for n in (n_query, n_database)]
    else:
        labels = [rng.integers(0, 2, (n, 3)) * rng.integers(0, 2, (n, 3)) for n in (n_query, n_database)]
    return query, labels[0], database, labels[1]


@pytest.mark.parametrize(("ties", "oracle"), [("expected", mean_over_orders), ("index", by_argsort)])
@given(retrieval=retrievals(), k=st.one_of(st.none(), st.integers(1, 8)), leave_one_out=st.booleans())
@settings(deadline=None, max_examples=120)
def test_equals_oracle(ties, oracle, retrieval, k, leave_one_out):
    query, y_query, database, y_database = retrieval
    if leave_one_out:
        retrieval, database, y_database = (query, y_query), query, y_query
    expected = []
    for i, (d, r) in enumerate(zip(hamming(query, database), share_a_label(y_query, y_database), strict=True)):
        own = i if leave_one_out else []
        expected.append(oracle(np.delete(d, own), np.delete(r, own), k))
    scores = average_precision_scores(*retrieval, k=k, ties=ties)
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)


@pytest.fixture(scope="module")
def large():
    """64-bit codes around 20 centres; the database takes several blocks of the kernel and a tail."""
    rng = np.random.default_rng(0)
    centers = rng.integers(0, 2, (20, 64))
    y = rng.integers(0, 20, 6500)
    codes = centers[y] ^ (rng.random((6500, 64)) < 0.2)
    return codes[:100], y[:100], codes[100:], y[100:]


def shuffled_mean(distances, relevant, k, rng, n_orders):
    orders = (rng.permutation(len(distances)) for _ in range(n_orders))
    return np.mean([by_argsort(distances[order], relevant[order], k) for order in orders])


@pytest.mark.parametrize("k", [None, 1000])
def test_expectation_is_the_mean_over_shuffled_databases(large, k):
    query, y_query, database, y_database = large
    rng = np.random.default_rng(1)
    distances, relevant = hamming(query[:3], database), share_a_label(y_query[:3], y_database)
    sampled = [shuffled_mean(d, r, k, rng, 300) for d, r in zip(distances, relevant, strict=True)]
    scores = average_precision_scores(query[:3], y_query[:3], database, y_database, k=k)
    np.testing.assert_allclose(scores, sampled, atol=1e-3)


def test_equals_scikit_learn_without_ties():
    codes = np.tril(np.ones((64, 64), dtype=int), -1)  # row i differs from the query in i bits
    relevant = np.random.default_rng(0).integers(0, 2, 64)
    expected = average_precision_score(relevant, -np.arange(64))
    for ties in ("expected", "index"):
        score = mean_average_precision(codes[:1], [1], codes, relevant, ties=ties)
        assert score == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("ties", ["expected", "index"])
@pytest.mark.parametrize("multilabel", [False, True])
def test_large_database(large, ties, multilabel):
    """Many blocks of the kernel, against a sum over positions and against argsort."""
    query, y_query, database, y_database = large
    distances, relevant = hamming(query, database), share_a_label(y_query, y_database)
    expected = [by_argsort(d, r, None) for d, r in zip(distances, relevant, strict=True)]
    if ties == "expected":  # from ring counts in exact order, one position at a time
        expected = [by_position(d, r) for d, r in zip(distances, relevant, strict=True)]
    if multilabel:
        y_query, y_database = np.eye(20, dtype=int)[y_query], np.eye(20, dtype=int)[y_database]
    scores = average_precision_scores(query, y_query, database, y_database, ties=ties)
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)


def by_position(distances, relevant):
    """Expected average precision, summed position by position."""
    total, before, found = 0.0, 0, 0
    for distance in np.unique(distances):
        ring = relevant[distances == distance]
        size, hits = len(ring), ring.sum()
        slope = (hits - 1) / (size - 1) if size > 1 else 0.0
        place = np.arange(size)
        total += (hits / size * (found + 1 + place * slope) / (before + 1 + place)).sum()
        before, found = before + size, found + hits
    return total / found


@pytest.mark.parametrize("ties", ["expected", "index"])
@pytest.mark.parametrize("n_bits", [1, 7, 8, 63, 64, 65, 200, 1030])
def test_any_code_length(n_bits, ties):
    rng = np.random.default_rng(n_bits)
    query, database = rng.integers(0, 2, (5, n_bits)), rng.integers(0, 2, (300, n_bits))
    y_query, y_database = rng.integers(0, 4, 5), rng.integers(0, 4, 300)
    oracle = by_position if ties == "expected" else lambda d, r: by_argsort(d, r, None)
    distances, relevant = hamming(query, database), share_a_label(y_query, y_database)
    expected = [oracle(d, r) for d, r in zip(distances, relevant, strict=True)]
    scores = average_precision_scores(
        pack_codes(query), y_query, pack_codes(database), y_database, ties=ties, packed=True, n_bits=n_bits
    )
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)


def test_block_of_queries_does_not_matter(large, monkeypatch):
    scores = average_precision_scores(*large, k=500)
    monkeypatch.setattr(counts_module, "_COUNTS_A_BLOCK", 65 * 7)
    np.testing.assert_array_equal(average_precision_scores(*large, k=500), scores)


@pytest.mark.parametrize("ties", ["expected", "index"])
def test_relevant_rows_beyond_k_score_zero_whatever_zero_division(ties):
    query, database = [[0, 0]], [[0, 0], [1, 1]]
    assert mean_average_precision(query, [1], database, [0, 1], k=1, ties=ties, zero_division=np.nan) == 0.0


@pytest.mark.parametrize("ties", ["expected", "index"])
def test_all_forms_of_labels_agree(large, ties):
    query, y_query, database, y_database = large
    expected = mean_average_precision(*large, ties=ties)
    names = np.array([f"class {i}" for i in range(20)])
    one_hot = np.eye(20, dtype=int)
    forms = [
        lambda y: names[y],
        lambda y: names[y].astype(object),
        lambda y: y.astype(float) - 7,
        lambda y: y * 2**40,
        lambda y: one_hot[y],
        lambda y: one_hot[y].astype(bool),
        lambda y: sparse.csr_matrix(one_hot[y]),
        lambda y: sparse.coo_array(one_hot[y].astype(float)),
    ]
    for form in forms:
        score = mean_average_precision(query, form(y_query), database, form(y_database), ties=ties)
        assert score == pytest.approx(expected, abs=1e-14)


def test_more_labels_than_a_word_holds():
    rng = np.random.default_rng(0)
    query, database = rng.integers(0, 2, (20, 8)), rng.integers(0, 2, (90, 8))
    y_query, y_database = ((rng.random((n, 150)) < 0.04).astype(int) for n in (20, 90))
    relevant = share_a_label(y_query, y_database)
    assert 0.1 < relevant.mean() < 0.9
    expected = [by_position(d, r) if r.any() else 0.0 for d, r in zip(hamming(query, database), relevant, strict=True)]
    for form in (np.asarray, sparse.csr_array):
        scores = average_precision_scores(query, form(y_query), database, form(y_database))
        np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([[0, 1]], [0, 1], [[0, 1]], [0]), {}, "y_query must have 1 rows"),
        (([[0, 1]], [0], [[0, 1]], [0, 1]), {}, "y_database must have 1 rows"),
        (([[0, 1]], None), {}, "y_query must be given"),
        (([[0, 1]], [0], [[0, 1]], [[0, 1]]), {}, "labels of one kind; got numbers and an indicator of 2"),
        (([[0, 1]], [0], [[0, 1]], ["0"]), {}, "labels of one kind; got numbers and names"),
        (([[0, 1]], [[0, 1]], [[0, 1]], [[0, 1, 1]]), {}, "indicator of 2 labels and an indicator of 3"),
        (([[0, 1]], [0.5]), {}, "continuous"),
        (([[0, 1]], [np.nan]), {}, "NaN"),
        (([[0, 1]], [[-1, 1]]), {}, "indicator of 0 and 1"),
        (
            ([[0, 1], [0, 0]], np.array([1, "a"], dtype=object)),
            {},
            r"y_query must have labels of one type.*'int', 'str'",
        ),
        (([[0, 1]], [0]), {"k": 0}, "'k' parameter"),
        (([[0, 1]], [0]), {"k": 1.5}, "'k' parameter"),
        (([[0, 1]], [0]), {"ties": "random"}, "'ties' parameter"),
        (([[0, 1]], [0]), {"packed": True}, "uint8"),
    ],
)
def test_bad_input_names_the_parameter(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        mean_average_precision(*arguments, **options)
