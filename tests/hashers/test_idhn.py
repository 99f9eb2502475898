"""IDHN: grades multi-label rows by the cosine of their labels, and its parameters reach the loss."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from sklearn_hash import IDHNHasher
from sklearn_hash.losses import IDHNLoss


def test_beats_the_untrained_net_on_unseen_digits():
    X, y = load_digits(return_X_y=True)
    trained = IDHNHasher(16, max_epochs=10, random_state=0).fit(X[:1000], y[:1000])
    untrained = IDHNHasher(16, max_epochs=1, lr=1e-12, random_state=0).fit(X[:1000], y[:1000])
    assert trained.score(X[1000:], y[1000:]) > max(0.65, untrained.score(X[1000:], y[1000:]) + 0.3)


def test_graded_by_default(digits):
    """Digits as their binary places: near in Hamming distance are those that share most of their places."""
    X, y = digits
    Y = (y[:, None] >> np.arange(4)) & 1
    norms = np.sqrt(np.maximum(np.outer(Y.sum(axis=1), Y.sum(axis=1)), 1))
    cosine = Y @ Y.T / norms
    signs = IDHNHasher(32, random_state=0, output="signs").fit(X, Y).transform(X).astype(int)
    distances = (32 - signs @ signs.T) / 2
    labelled = Y.any(axis=1)
    distances, cosine = distances[labelled][:, labelled], cosine[labelled][:, labelled]
    halves = (cosine > 0.4) & (cosine < 0.6)
    assert distances[cosine > 0.99].mean() + 3 < distances[halves].mean() < distances[cosine == 0].mean() - 3


@pytest.mark.parametrize(("name", "value"), [("alpha", 0.25), ("gamma", 50.0), ("quantization", 0.9)])
def test_parameters_reach_the_loss(digits, indicator, name, value):
    X, _ = digits
    default = IDHNHasher(8, max_epochs=1, random_state=0).fit(X, indicator)
    hasher = IDHNHasher(8, max_epochs=1, random_state=0, **{name: value}).fit(X, indicator)
    assert isinstance(hasher.net_.criterion_, IDHNLoss)
    assert getattr(hasher.net_.criterion_, name) == value
    assert not np.array_equal(hasher.decision_function(X), default.decision_function(X))
