"""Splits by sizes: exact counts, disjoint parts, determinism, forms of labels, and errors."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from sklearn_hash.datasets import retrieval_split


def indicator(n=600, n_labels=5, seed=0):
    """Labels from frequent to rare, most rows with several, some with none."""
    rng = np.random.default_rng(seed)
    return (rng.random((n, n_labels)) < np.linspace(0.6, 0.1, n_labels)).astype(np.uint8)


def assert_same(first, second):
    for rows, same in zip(first, second, strict=True):
        np.testing.assert_array_equal(rows, same)


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.integers(9, 30), min_size=1, max_size=6),
    n_query=st.integers(1, 4),
    n_train=st.none() | st.integers(1, 4),
    in_database=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_counts_of_every_class(sizes, n_query, n_train, in_database, seed):
    in_database = in_database or n_train is None
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)) * 10, sizes))
    query, train, database = retrieval_split(
        y, n_query_per_class=n_query, n_train_per_class=n_train, train_in_database=in_database, random_state=seed
    )
    for number, size in enumerate(sizes):
        n_trained = size - n_query if n_train is None else n_train
        assert (y[query] == 10 * number).sum() == n_query
        assert (y[train] == 10 * number).sum() == n_trained
        assert (y[database] == 10 * number).sum() == size - n_query - (0 if in_database else n_trained)
    outside = [query, database] if in_database else [query, train, database]
    np.testing.assert_array_equal(np.sort(np.concatenate(outside)), np.arange(len(y)))
    assert len(np.unique(train)) == len(train)
    assert np.isin(train, database).all() == in_database


@pytest.mark.parametrize("seed", range(5))
def test_rows_of_several_labels_count_once(seed):
    Y = indicator(seed=seed)
    query, train, database = retrieval_split(Y, n_query_per_class=6, n_train_per_class=9, random_state=seed)
    assert len(np.unique(query)) == len(query) == 30
    assert len(np.unique(train)) == len(train) == 45
    assert (Y[query].sum(axis=0) >= 6).all()
    assert (Y[train].sum(axis=0) >= 9).all()
    np.testing.assert_array_equal(np.sort(np.concatenate([query, database])), np.arange(600))
    assert np.isin(train, database).all()


@pytest.mark.parametrize("seed", range(20))
def test_frequent_classes_leave_enough_of_rare_ones(seed):
    # Every row of the rare label has the frequent one too; a draw for that one first would mostly take some of them.
    Y = np.ones((10, 2), dtype=int)
    Y[4:, 1] = 0
    query, _, _ = retrieval_split(Y, n_query_per_class=4, random_state=seed)
    np.testing.assert_array_equal(np.sort(query)[:4], np.arange(4))


def test_sizes_regardless_of_class():
    y = np.array([0] * 95 + [1] * 5)
    query, train, database = retrieval_split(y, n_query=20, n_train=30, random_state=0)
    assert (len(query), len(train), len(database)) == (20, 30, 80)
    assert np.isin(train, database).all()
    assert not np.isin(query, database).any()
    query, train, database = retrieval_split(y, n_query=20, n_train_per_class=2, random_state=0)
    np.testing.assert_array_equal(np.bincount(y[train]), [2, 2])


def test_every_row_is_drawn_as_often_as_another():
    y = np.repeat([0, 1], [4, 8])
    counts = np.zeros((2, 12))
    for seed in range(400):
        query, train, _ = retrieval_split(y, n_query_per_class=1, n_train_per_class=2, random_state=seed)
        counts[0, query] += 1
        counts[1, train] += 1
    expected = np.array([[100] * 4 + [50] * 8, [200] * 4 + [100] * 8])
    assert (abs(counts - expected) < 5 * np.sqrt(expected)).all()


def test_given_queries():
    y = np.arange(100) % 10
    official = np.arange(80, 100)
    query, train, database = retrieval_split(y, query=official, n_train_per_class=3, random_state=0)
    np.testing.assert_array_equal(np.sort(query), official)
    np.testing.assert_array_equal(np.sort(database), np.arange(80))
    np.testing.assert_array_equal(np.bincount(y[train]), [3] * 10)
    assert np.isin(train, database).all()


def test_rows_without_a_label():
    Y = indicator()
    labelled = np.flatnonzero(Y.any(axis=1))
    assert len(labelled) < 600
    query, train, database = retrieval_split(Y, n_query=50, drop_unlabelled=True, random_state=0)
    np.testing.assert_array_equal(np.sort(np.concatenate([query, database])), labelled)
    np.testing.assert_array_equal(np.sort(train), np.sort(database))
    query, _, database = retrieval_split(Y, n_query=50, random_state=0)
    assert len(query) + len(database) == 600


def test_same_seed_same_rows_and_no_stored_order():
    y = np.arange(1000) // 100
    options = {"n_query_per_class": 10, "n_train_per_class": 20}
    first, second, other = (retrieval_split(y, **options, random_state=seed) for seed in (1, 1, 2))
    assert_same(first, second)
    for rows, other_rows in zip(first, other, strict=True):
        assert not np.array_equal(np.sort(rows), np.sort(other_rows))
        assert abs(np.corrcoef(rows, np.arange(len(rows)))[0, 1]) < 0.3


@pytest.mark.parametrize("form", [list, pd.Series, lambda y: np.array(["ab", "c", "d"])[y], lambda y: y.astype(float)])
def test_forms_of_class_labels(form):
    y = np.arange(60) % 3
    options = {"n_query_per_class": 3, "n_train_per_class": 4, "random_state": 0}
    assert_same(retrieval_split(form(y), **options), retrieval_split(y, **options))


@pytest.mark.parametrize(
    "form", [np.ndarray.tolist, pd.DataFrame, sparse.csr_array, sparse.csc_matrix, sparse.coo_array, lambda Y: Y > 0]
)
def test_forms_of_an_indicator(form):
    Y = indicator()
    options = {"n_query_per_class": 3, "n_train": 40, "drop_unlabelled": True, "random_state": 0}
    assert_same(retrieval_split(form(Y), **options), retrieval_split(Y, **options))


def test_stored_zeros_are_no_labels_and_stay():
    dense = indicator()
    cells = np.indices(dense.shape).reshape(2, -1)
    Y = sparse.csc_array((dense[tuple(cells)], tuple(cells)), shape=dense.shape)
    assert Y.nnz == dense.size
    options = {"n_query_per_class": 3, "drop_unlabelled": True, "random_state": 0}
    assert_same(retrieval_split(Y, **options), retrieval_split(dense, **options))
    assert Y.nnz == dense.size


def test_order_of_stored_cells_does_not_matter():
    Y = indicator()
    backwards = sparse.csc_array(Y[::-1])
    backwards.indices = len(Y) - 1 - backwards.indices
    np.testing.assert_array_equal(backwards.toarray(), Y)
    options = {"n_query_per_class": 3, "n_train_per_class": 4, "random_state": 0}
    assert_same(retrieval_split(backwards, **options), retrieval_split(Y, **options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"Exactly one of .*, or a protocol, must be given; got \[\]"),
        ({"n_query": 3, "n_query_per_class": 1}, r"got \['n_query_per_class', 'n_query'\]"),
        ({"n_query": 3, "query": [0]}, r"got \['n_query', 'query'\]"),
        ({"n_query": 3, "n_train": 3, "n_train_per_class": 3}, "Only one of n_train_per_class and n_train"),
        ({"n_query": 0}, "n_query must be a positive integer; got 0"),
        ({"n_query_per_class": 2.5}, r"n_query_per_class must be a positive integer; got 2\.5"),
        ({"n_query": 2, "n_train": True}, "n_train must be a positive integer; got True"),
        ({"n_query": 3, "train_in_database": False}, "train_in_database=False leaves no database unless"),
        ({"n_query": 31}, "n_query=31 is more than the 30 rows left"),
        ({"n_query": 20, "n_train": 11}, "n_train=11 is more than the 10 rows left"),
        ({"n_query": 30}, "No rows are left for the database"),
        ({"n_query": 20, "n_train": 10, "train_in_database": False}, "No rows are left for the database"),
        ({"n_query_per_class": 9}, "n_query_per_class=9 is more than the rows of class 'b' .* 8 of 8"),
        (
            {"n_query_per_class": 5, "n_train_per_class": 4},
            "n_train_per_class=4 is more than the rows of class 'b' .* 3 of 8",
        ),
        ({"query": [0, 0]}, "query must be unique row numbers"),
        ({"query": np.arange(30) > 5}, r"query must be unique row numbers.*np\.flatnonzero"),
        ({"query": [0, 30]}, "query must be row numbers from 0 to 29; got 0 to 30"),
        ({"query": [-1]}, "query must be row numbers from 0 to 29; got -1 to -1"),
    ],
)
def test_sizes_that_cannot_be(options, message):
    y = ["a"] * 22 + ["b"] * 8
    with pytest.raises(ValueError, match=message):
        retrieval_split(y, **options)


def test_label_that_no_row_has():
    with pytest.raises(ValueError, match=r"n_query_per_class=1 is more than the rows of class 2 .* 0 of 0"):
        retrieval_split(indicator() * np.array([1, 1, 0, 1, 1], dtype=np.uint8), n_query_per_class=1)


def test_given_query_without_a_label():
    Y = indicator()
    Y[7] = 0
    with pytest.raises(ValueError, match="query has 1 rows without a label"):
        retrieval_split(Y, query=[7], drop_unlabelled=True)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.linspace(0, 1, 10), "must be class labels or a multi-label indicator of 0 and 1; got continuous"),
        (np.arange(20).reshape(10, 2), "must be class labels or a multi-label indicator.*multiclass-multioutput"),
        (np.array([[1, 2], [2, 1], [1, 1]]), "y with 2 columns must be an indicator of 0 and 1"),
    ],
)
def test_labels_that_are_none(y, message):
    with pytest.raises(ValueError, match=message):
        retrieval_split(y, n_query=2)
