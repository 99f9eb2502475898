"""Deep hashers that learn without labels."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from sklearn_hash import (
    BiHalfHasher,
    ITQHasher,
    LSHHasher,
    PCAHasher,
    SpectralHasher,
    StochasticNeighborHasher,
    UnsupervisedGreedyHashHasher,
)
from sklearn_hash.metrics import neighbor_recall, true_neighbors

HASHERS = {
    UnsupervisedGreedyHashHasher: "quantization",
    BiHalfHasher: "gamma",
    StochasticNeighborHasher: "noise",
}
every_hasher = pytest.mark.parametrize("hasher", HASHERS)
UNSUPERVISED = [LSHHasher, PCAHasher, ITQHasher, SpectralHasher, *HASHERS]


@every_hasher
def test_labels_are_not_used(digits, hasher):
    X, y = digits
    codes = hasher(8, max_epochs=2, random_state=0).fit(X).transform(X)
    np.testing.assert_array_equal(hasher(8, max_epochs=2, random_state=0).fit(X, y).transform(X), codes)


@every_hasher
def test_parameters_reach_the_loss(digits, hasher):
    name = HASHERS[hasher]
    criterion = hasher(8, max_epochs=1, **{name: 0.07}).fit(digits[0]).net_.criterion_
    assert getattr(criterion, name) == 0.07


@pytest.mark.parametrize("hasher", [UnsupervisedGreedyHashHasher, BiHalfHasher])
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

    def share(**parameters):
        hasher = BiHalfHasher(16, encoder="mlp", random_state=0, **parameters).fit(X[:1200])
        return hasher.transform(X[1200:]).mean(axis=0)

    trained, untrained = share(max_epochs=20), share(max_epochs=1, lr=1e-12)
    assert np.abs(trained - 0.5).max() < 0.25
    assert np.abs(trained - 0.5).mean() < np.abs(untrained - 0.5).mean() / 2


@pytest.fixture(scope="module")
def centred_split():
    """Centred digits to fit, others as queries, and the true nearest neighbors of the latter by cosine."""
    X, _ = load_digits(return_X_y=True)
    X -= X[:1200].mean(axis=0)
    return X[:1200], X[1200:], true_neighbors(X[1200:], X[:1200])


@pytest.mark.parametrize("hasher", UNSUPERVISED)
def test_longer_codes_keep_more_neighbors(hasher, centred_split):
    """With the defaults. A hidden layer with dropout gains less, and loses on wider rows."""
    train, queries, neighbors = centred_split

    def recall(n_bits):
        fitted = hasher(n_bits, random_state=0).fit(train)
        codes = fitted.transform(queries), fitted.transform(train)
        return neighbor_recall(codes[0], neighbors, codes[1], metric="precomputed")

    recalls = [recall(n_bits) for n_bits in (8, 16, 32, 128)]
    assert np.diff(recalls)[:2].min() > 0.03
    assert recalls[-1] > recalls[-2] + (0.15 if hasher in HASHERS else 0.03)
