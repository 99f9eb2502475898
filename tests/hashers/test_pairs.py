"""Hashers that learn from pairs: they train on real rows, and their parameters reach the loss."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.random_projection import GaussianRandomProjection

from sklearn_hash import (
    DBDHHasher,
    DCHHasher,
    DHNHasher,
    DPSHHasher,
    DSHHasher,
    DTSHHasher,
    DualHingeHasher,
    HashNetHasher,
    IDHNHasher,
    LCDSHHasher,
    MIHashHasher,
    MMHHHasher,
    QSMIHHasher,
    TALRHasher,
)
from sklearn_hash.metrics import mean_average_precision

PARAMETERS = {
    DualHingeHasher: {
        "alpha": 1.5,
        "criterion__beta": 0.2,
        "criterion__shape": 2.0,
        "criterion__distance": "inner",
        "class_weight": None,
        "quantization": 0.9,
    },
    HashNetHasher: {"alpha": 0.7, "class_weight": 3},
    DHNHasher: {"alpha": 0.25, "quantization": 0.9},
    DCHHasher: {"gamma": 2.0, "quantization": 0.9},
    DPSHHasher: {"quantization": 0.9, "alpha": 0.1},
    DSHHasher: {"margin": 3.0, "quantization": 0.5},
    DTSHHasher: {"margin": 1.0, "quantization": 0.9},
    IDHNHasher: {"alpha": 0.25, "gamma": 50.0, "quantization": 0.9},
    LCDSHHasher: {"alpha": 0.3, "locality": 0.7},
    DBDHHasher: {"alpha": 0.3, "balance": 0.7},
    QSMIHHasher: {"quantization": 0.7},
    MIHashHasher: {"beta": 3.0},
    TALRHasher: {"beta": 3.0},
    MMHHHasher: {"gamma": 5.0, "radius": 4.0, "inside": 0.1, "quantization": 0.7},
}
LEAST = {DualHingeHasher: 0.75, HashNetHasher: 0.75, DSHHasher: 0.5}
every_hasher = pytest.mark.parametrize("hasher", PARAMETERS)


@pytest.fixture(scope="module")
def split():
    """Digits to train on, others to score, and the better score of an untrained net and of random projections."""
    X, y = load_digits(return_X_y=True)
    untrained = DHNHasher(16, max_epochs=1, lr=1e-12, random_state=0).fit(X[:1000], y[:1000])
    projected = GaussianRandomProjection(16, random_state=0).fit_transform(X - X.mean(axis=0))
    floor = max(untrained.score(X[1000:], y[1000:]), mean_average_precision(projected[1000:], y[1000:]))
    return X[:1000], y[:1000], X[1000:], y[1000:], floor


@every_hasher
def test_beats_untrained_and_random_projections_on_unseen_digits(hasher, split):
    X, y, X_test, y_test, floor = split
    trained = hasher(16, max_epochs=10, random_state=0).fit(X, y)
    assert trained.score(X_test, y_test) > max(LEAST.get(hasher, 0.65), floor + (0.2 if hasher is DSHHasher else 0.3))


@every_hasher
def test_parameters_reach_the_loss(digits, indicator, hasher):
    X, y = digits
    y = indicator if hasher is IDHNHasher else y  # gamma weighs graded pairs
    default = hasher(8, max_epochs=2, random_state=0).fit(X, y).decision_function(X)
    for name, value in PARAMETERS[hasher].items():
        changed = clone(hasher(8, max_epochs=2, random_state=0).set_params(**{name: value})).fit(X, y)
        assert getattr(changed.net_.criterion_, name.removeprefix("criterion__")) == value
        assert not np.array_equal(changed.decision_function(X), default), name


@pytest.mark.parametrize("n_bits", [1, 8, 33])
def test_any_code_length_learns(digits, n_bits):
    X, y = digits
    hasher = DualHingeHasher(n_bits, lr=1e-3, max_epochs=1, random_state=0)
    start = hasher.fit(X, y).score(X, y)
    assert hasher.set_params(max_epochs=15).fit(X, y).score(X, y) > start
