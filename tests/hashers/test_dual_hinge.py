"""Dual hinge: trains on real rows, and its parameters reach the loss."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.random_projection import GaussianRandomProjection

from sklearn_hash import DualHingeHasher
from sklearn_hash.losses import DualHingeLoss
from sklearn_hash.metrics import mean_average_precision


def test_beats_untrained_and_random_projections_on_unseen_digits():
    X, y = load_digits(return_X_y=True)
    X_test, y_test = X[1000:], y[1000:]
    trained = DualHingeHasher(16, max_epochs=10, random_state=0).fit(X[:1000], y[:1000])
    untrained = DualHingeHasher(16, max_epochs=1, lr=1e-12, random_state=0).fit(X[:1000], y[:1000])
    projected = GaussianRandomProjection(16, random_state=0).fit_transform(X - X.mean(axis=0))[1000:]
    floor = max(untrained.score(X_test, y_test), mean_average_precision(projected, y_test))
    assert trained.score(X_test, y_test) > max(0.75, floor + 0.3)


@pytest.mark.parametrize("n_bits", [1, 8, 33])
def test_any_code_length_learns(digits, n_bits):
    X, y = digits
    hasher = DualHingeHasher(n_bits, max_epochs=1, random_state=0)
    start = hasher.fit(X, y).score(X, y)
    assert hasher.set_params(max_epochs=15).fit(X, y).score(X, y) > start


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("alpha", 1.5),
        ("criterion__beta", 0.2),
        ("criterion__shape", 2.0),
        ("criterion__distance", "inner"),
        ("class_weight", None),
        ("quantization", 0.9),
    ],
)
def test_parameters_reach_the_loss(digits, name, value):
    X, y = digits
    default = DualHingeHasher(8, max_epochs=1, random_state=0).fit(X, y)
    hasher = clone(DualHingeHasher(8, max_epochs=1, random_state=0).set_params(**{name: value})).fit(X, y)
    assert isinstance(hasher.net_.criterion_, DualHingeLoss)
    assert getattr(hasher.net_.criterion_, name.removeprefix("criterion__")) == value
    assert not np.array_equal(hasher.decision_function(X), default.decision_function(X))


def test_loss_falls(digits):
    losses = DualHingeHasher(16, max_epochs=10, random_state=0).fit(*digits).history_[:, "train_loss"]
    assert losses[-1] < losses[0]
