"""DPSH: trains on real rows, and its parameters reach the loss."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from sklearn_hash import DPSHHasher
from sklearn_hash.losses import DPSHLoss


def test_beats_the_untrained_net_on_unseen_digits():
    X, y = load_digits(return_X_y=True)
    trained = DPSHHasher(16, max_epochs=10, random_state=0).fit(X[:1000], y[:1000])
    untrained = DPSHHasher(16, max_epochs=1, lr=1e-12, random_state=0).fit(X[:1000], y[:1000])
    assert trained.score(X[1000:], y[1000:]) > max(0.65, untrained.score(X[1000:], y[1000:]) + 0.3)


@pytest.mark.parametrize(("name", "value"), [("quantization", 0.9), ("alpha", 0.1)])
def test_parameters_reach_the_loss(digits, name, value):
    X, y = digits
    default = DPSHHasher(8, max_epochs=1, random_state=0).fit(X, y)
    hasher = DPSHHasher(8, max_epochs=1, random_state=0, **{name: value}).fit(X, y)
    assert isinstance(hasher.net_.criterion_, DPSHLoss)
    assert getattr(hasher.net_.criterion_, name) == value
    assert not np.array_equal(hasher.decision_function(X), default.decision_function(X))
