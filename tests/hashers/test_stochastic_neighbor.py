"""Hashing by stochastic neighbor embedding: where it starts, and what it gains over that."""

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.datasets import load_digits

from sklearn_hash import ITQHasher, StochasticNeighborHasher
from sklearn_hash.metrics import neighbor_recall, true_neighbors

UNTRAINED = {"max_epochs": 1, "lr": 1e-12}


def itq_codes(hasher, X, features):
    """Codes of rows by the ITQ of the encoder's output."""
    return ITQHasher(hasher.n_bits, random_state=hasher._seed).fit(features).transform(features)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("n_bits", [1, 16, 100])
def test_training_starts_from_itq_of_the_rows(digits, n_bits, container):
    X = digits[0]
    hasher = StochasticNeighborHasher(n_bits, random_state=0, **UNTRAINED).fit(container(X))
    agreement = hasher.transform(X) == itq_codes(hasher, X, X)
    assert agreement.mean() > 0.99


@pytest.mark.parametrize("encoder", ["mlp", torch.nn.Flatten()])
def test_training_starts_from_itq_of_the_features(digits, encoder):
    X = digits[0].reshape(-1, 1, 8, 8)
    hasher = StochasticNeighborHasher(8, encoder=encoder, random_state=0, **UNTRAINED).fit(X)
    module = hasher.net_.module_.eval()
    with torch.no_grad():
        features = module.encoder(torch.tensor(X)).flatten(1).numpy()
    assert (hasher.transform(X) == itq_codes(hasher, X, features)).mean() > 0.99


def test_training_keeps_more_neighbors_than_itq_of_unseen_rows():
    X, _ = load_digits(return_X_y=True)
    X -= X[:1200].mean(axis=0)
    train, queries = X[:1200], X[1200:]
    neighbors = true_neighbors(queries, train)

    def recall(hasher):
        codes = hasher.fit(train).transform(queries), hasher.transform(train)
        return neighbor_recall(codes[0], neighbors, codes[1], metric="precomputed")

    for n_bits in (16, 32):
        start = np.mean([recall(ITQHasher(n_bits, random_state=seed)) for seed in range(3)])
        assert recall(StochasticNeighborHasher(n_bits, random_state=0)) > start + 0.01


def test_a_later_call_of_partial_fit_goes_on(digits):
    X = digits[0]
    hasher = StochasticNeighborHasher(8, random_state=0).partial_fit(X)
    before = hasher.decision_function(X)
    hasher.set_params(lr=1e-12).partial_fit(X[:64])
    assert (np.sign(hasher.decision_function(X)) == np.sign(before)).mean() > 0.9


def test_equal_rows_are_refused():
    with pytest.raises(ValueError, match="All rows of X are equal"):
        StochasticNeighborHasher(8).fit(np.ones((10, 3)))
