"""Hashers that learn from pairs and have no test of their own: they train on real rows, with their parameters."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from sklearn_hash import DBDHHasher, LCDSHHasher, MIHashHasher, MMHHHasher, QSMIHHasher, TALRHasher

PARAMETERS = {
    LCDSHHasher: {"alpha": 0.3, "locality": 0.7},
    DBDHHasher: {"alpha": 0.3, "balance": 0.7},
    QSMIHHasher: {"quantization": 0.7},
    MIHashHasher: {"beta": 3.0},
    TALRHasher: {"beta": 3.0},
    MMHHHasher: {"gamma": 5.0, "radius": 4.0, "inside": 0.1, "quantization": 0.7},
}
EACH = [(hasher, name, value) for hasher, values in PARAMETERS.items() for name, value in values.items()]


@pytest.mark.parametrize("hasher", PARAMETERS)
def test_beats_the_untrained_net_on_unseen_digits(hasher):
    X, y = load_digits(return_X_y=True)
    trained = hasher(16, max_epochs=10, random_state=0).fit(X[:1000], y[:1000])
    untrained = hasher(16, max_epochs=1, lr=1e-12, random_state=0).fit(X[:1000], y[:1000])
    assert trained.score(X[1000:], y[1000:]) > max(0.65, untrained.score(X[1000:], y[1000:]) + 0.3)


@pytest.mark.parametrize(("hasher", "name", "value"), EACH)
def test_parameters_reach_the_loss(digits, hasher, name, value):
    X, y = digits
    default = hasher(8, max_epochs=2, random_state=0).fit(X, y)
    changed = hasher(8, max_epochs=2, random_state=0, **{name: value}).fit(X, y)
    assert getattr(changed.net_.criterion_, name) == value
    assert not np.array_equal(changed.decision_function(X), default.decision_function(X))
