"""Deep hashers that learn without labels."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from sklearn_hash import BiHalfHasher, UnsupervisedGreedyHashHasher

HASHERS = [UnsupervisedGreedyHashHasher, BiHalfHasher]
every_hasher = pytest.mark.parametrize("hasher", HASHERS)


@every_hasher
def test_labels_are_not_used(digits, hasher):
    X, y = digits
    codes = hasher(8, max_epochs=2, random_state=0).fit(X).transform(X)
    np.testing.assert_array_equal(hasher(8, max_epochs=2, random_state=0).fit(X, y).transform(X), codes)


@every_hasher
def test_parameters_reach_the_loss(digits, hasher):
    name = "gamma" if hasher is BiHalfHasher else "quantization"
    criterion = hasher(8, max_epochs=1, **{name: 0.07}).fit(digits[0]).net_.criterion_
    assert getattr(criterion, name) == 0.07


@every_hasher
def test_distances_follow_the_cosines_of_unseen_rows(hasher):
    """Rank correlation with the cosines of centred rows, against that of the untrained network."""
    X, _ = load_digits(return_X_y=True)
    train, test = X[:1200], X[1200:1500]
    unit = test - train.mean(axis=0)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    pairs = np.triu_indices(len(test), k=1)

    def agreement(**parameters):
        codes = hasher(32, output="signs", random_state=0, **parameters).fit(train).transform(test).astype(float)
        ranks = [np.argsort(np.argsort((rows @ rows.T)[pairs])) for rows in (codes, unit)]
        return np.corrcoef(*ranks)[0, 1]

    assert agreement(max_epochs=20) > max(0.8, agreement(max_epochs=1, lr=1e-12) + 0.1)


def test_bits_of_bihalf_are_even_on_unseen_rows():
    X, _ = load_digits(return_X_y=True)
    share = BiHalfHasher(16, max_epochs=20, random_state=0).fit(X[:1200]).transform(X[1200:]).mean(axis=0)
    untrained = BiHalfHasher(16, max_epochs=1, lr=1e-12, random_state=0).fit(X[:1200]).transform(X[1200:]).mean(axis=0)
    assert np.abs(share - 0.5).max() < 0.25
    assert np.abs(share - 0.5).mean() < np.abs(untrained - 0.5).mean() / 2
