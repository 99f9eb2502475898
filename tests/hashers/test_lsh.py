"""Locality-sensitive hashing: probability that two rows agree in a bit, mean, and code lengths."""

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from sklearn_hash import LSHHasher


@pytest.mark.parametrize("degrees", [0, 10, 45, 90, 120, 180])
@pytest.mark.parametrize("offset", [0.0, 7.0])
def test_rows_agree_as_often_as_their_angle_says(degrees, offset):
    n_bits, theta = 20_000, np.deg2rad(degrees)
    pair = np.array([[1.0, 0.0, 0.0], [3 * np.cos(theta), 3 * np.sin(theta), 0.0]])
    # With their opposites, the mean from which the angle is seen is the offset.
    codes = LSHHasher(n_bits, random_state=0).fit_transform(np.vstack([pair, -pair]) + offset)
    agree = (codes[0] == codes[1]).mean()
    expected = 1 - theta / np.pi
    assert abs(agree - expected) <= 5 * np.sqrt(expected * (1 - expected) / n_bits) + 1e-12


def test_bits_are_independent():
    X = np.random.default_rng(0).standard_normal((4000, 200))
    signs = LSHHasher(32, output="signs", random_state=0).fit_transform(X).astype(float)
    # Columns are nearly orthogonal in 200 dimensions, and so are the bits.
    assert abs(np.corrcoef(signs.T) - np.eye(32)).max() < 0.25


def test_a_longer_code_begins_with_the_shorter_one(digits):
    X, _ = digits
    short, long = (LSHHasher(n_bits, random_state=5).fit_transform(X) for n_bits in (16, 64))
    np.testing.assert_array_equal(long[:, :16], short)


def test_the_mean_of_many_float32_rows_does_not_drift():
    X = np.random.default_rng(0).uniform(100, 101, (200_000, 2)).astype(np.float32)
    mean = LSHHasher(1).fit(X).mean_
    assert mean.dtype == np.float32
    np.testing.assert_allclose(mean, X.astype(np.float64).mean(axis=0), rtol=1e-7)


def test_a_search_without_labels_says_what_it_lacks():
    X = np.random.default_rng(0).normal(size=(40, 5))
    with pytest.raises(ValueError, match=r"score needs y.*pass y to it, or a scoring="):
        GridSearchCV(LSHHasher(random_state=0), {"n_bits": [4, 8]}, cv=2, error_score="raise").fit(X)
    with pytest.raises(ValueError, match="score needs y"):
        LSHHasher(8, random_state=0).fit(X).score(X)
