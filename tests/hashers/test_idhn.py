"""IDHN grades multi-label rows by the cosine of their labels."""

import numpy as np

from sklearn_hash import IDHNHasher


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
