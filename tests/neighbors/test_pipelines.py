"""Pipelines, grid search and score."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.datasets import make_blobs
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from sklearn_hash import HammingNeighbors
from sklearn_hash.metrics import mean_average_precision


class SignHasher(TransformerMixin, BaseEstimator):
    """Signs of fixed random projections: a deterministic stand-in for a trained hasher."""

    def __init__(self, n_bits=8):
        self.n_bits = n_bits

    def fit(self, X, y=None):
        self.mean_ = np.mean(X, axis=0)
        self.planes_ = np.random.default_rng(0).normal(size=(X.shape[1], self.n_bits))
        return self

    def transform(self, X):
        return ((X - self.mean_) @ self.planes_ > 0).astype(np.uint8)


@pytest.fixture(scope="module")
def blobs():
    return make_blobs(240, n_features=10, centers=5, cluster_std=4.0, random_state=0)


def test_score_is_the_average_precision_of_the_ranking():
    n_bits = 30
    database = np.tri(n_bits, dtype=np.uint8)[np.random.default_rng(0).permutation(n_bits)]  # no two at one distance
    y = np.random.default_rng(1).integers(0, 3, n_bits)
    search = HammingNeighbors().fit(database, y)
    queries = np.array([np.zeros(n_bits), np.ones(n_bits)])
    labels = [2, 0]
    expected = [
        average_precision_score(y == label, -(query != database).sum(axis=1))
        for query, label in zip(queries, labels, strict=True)
    ]
    assert search.score(queries, labels) == pytest.approx(np.mean(expected), abs=1e-12)


def test_labels_of_any_kind_score_the_same(blobs):
    X, y = blobs
    codes = SignHasher().fit(X).transform(X)
    indicator = np.eye(5, dtype=int)[y]
    forms = [y, y.astype(str), np.array(["red", "blue", "c", "d", "e"], dtype=object)[y], indicator]
    scores = [HammingNeighbors().fit(codes[:200], f[:200]).score(codes[200:], f[200:]) for f in forms]
    sparse = csr_array(indicator)
    scores.append(HammingNeighbors().fit(codes[:200], sparse[:200]).score(codes[200:], sparse[200:]))
    assert scores == pytest.approx([scores[0]] * 5, abs=1e-12)
    assert 0.2 < scores[0] < 1


@pytest.mark.parametrize("sparse", [False, True])
def test_score_follows_appended_and_removed_rows(blobs, sparse):
    X, y = blobs
    codes = SignHasher().fit(X).transform(X)
    y = csr_array(np.eye(5, dtype=int)[y]) if sparse else y
    whole = HammingNeighbors().fit(codes[40:200], y[40:200])
    parts = HammingNeighbors().fit(codes[:90], y[:90]).partial_fit(codes[90:200], y[90:200]).remove(np.arange(40))
    assert parts.score(codes[200:], y[200:]) == whole.score(codes[200:], y[200:])


def test_grid_search_ranks_by_validation_against_training(blobs):
    X, y = blobs
    folds = StratifiedKFold(3)
    grid = {"signhasher__n_bits": [1, 6, 24]}
    search = GridSearchCV(make_pipeline(SignHasher(), HammingNeighbors()), grid, cv=folds, error_score="raise")
    search.fit(X, y)
    for n_bits, found in zip(grid["signhasher__n_bits"], search.cv_results_["mean_test_score"], strict=True):
        expected = []
        for train, test in folds.split(X, y):
            hasher = SignHasher(n_bits).fit(X[train])
            database, queries = hasher.transform(X[train]), hasher.transform(X[test])
            expected.append(mean_average_precision(queries, y[test], database, y[train]))
        assert found == pytest.approx(np.mean(expected), abs=1e-12)
    assert search.best_params_ == {"signhasher__n_bits": 24}
    assert len(search.best_estimator_.named_steps["hammingneighbors"].ids_) == len(X)


@pytest.mark.parametrize("weights", ["uniform", "distance"])
def test_the_graph_feeds_a_classifier(blobs, weights):
    X, y = blobs
    train, test = slice(None, 180), slice(180, None)
    voters = KNeighborsClassifier(5, metric="precomputed", weights=weights)
    predicted = make_pipeline(SignHasher(16), HammingNeighbors(5), voters).fit(X[train], y[train]).predict(X[test])
    hasher = SignHasher(16).fit(X[train])
    distances = (hasher.transform(X[test])[:, None] != hasher.transform(X[train])).sum(axis=2)
    order = np.argsort(distances, axis=1, kind="stable")[:, :5]
    expected = KNeighborsClassifier(5, metric="precomputed", weights=weights)
    near = np.full(distances.shape, 1e9)  # the oracle ranks ties by row, as the graph does
    for row, columns in enumerate(order):
        near[row, columns] = distances[row, columns]
    expected.fit(np.zeros((180, 180)), y[train])
    np.testing.assert_array_equal(predicted, expected.predict(near))
