"""Split of the digits of scikit-learn."""

import numpy as np
from sklearn.datasets import load_digits

from sklearn_hash.datasets import load_digits_retrieval


def test_rows_are_disjoint_and_cover_the_set():
    digits = load_digits_retrieval()
    assert np.isin(digits.train, digits.database).all()
    np.testing.assert_array_equal(np.sort(np.concatenate([digits.query, digits.database])), np.arange(1797))
    np.testing.assert_array_equal(digits.X, load_digits().data)


def test_every_part_has_the_classes_in_proportion():
    digits = load_digits_retrieval()
    for rows in (digits.query, digits.train, digits.database):
        shares = np.bincount(digits.y[rows]) / len(rows)
        np.testing.assert_allclose(shares, np.bincount(digits.y) / 1797, atol=0.004)


def test_split_is_always_the_same():
    first, second = load_digits_retrieval(), load_digits_retrieval()
    for part in ("query", "train", "database"):
        np.testing.assert_array_equal(getattr(first, part), getattr(second, part))
