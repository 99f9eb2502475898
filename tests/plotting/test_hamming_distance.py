"""Distances of pairs against all of them, counted one by one."""

import numpy as np
import pytest

from sklearn_hash.plotting import HammingDistanceDisplay


def shares(distances, n_bits):
    return np.bincount(distances, minlength=n_bits + 1) / len(distances)


def test_curves_are_the_shares_of_the_pairs(noisy):
    query, y_query, database, y_database = noisy
    distances, alike = (query[:, None] != database).sum(axis=2), y_query[:, None] == y_database
    similar, dissimilar = HammingDistanceDisplay.from_codes(*noisy).line_
    np.testing.assert_array_equal(similar.get_xdata(), np.arange(12))
    np.testing.assert_allclose(similar.get_ydata(), shares(distances[alike], 11), atol=1e-14)
    np.testing.assert_allclose(dissimilar.get_ydata(), shares(distances[~alike], 11), atol=1e-14)
    assert similar.get_label() == "similar pairs"
    assert dissimilar.get_label() == "dissimilar pairs"


def test_no_row_is_a_pair_with_itself(noisy):
    query, y_query, *_ = noisy
    first, second = np.triu_indices(len(query), k=1)
    distances, alike = (query[first] != query[second]).sum(axis=1), y_query[first] == y_query[second]
    display = HammingDistanceDisplay.from_codes(query, y_query)
    np.testing.assert_allclose(display.similar, shares(distances[alike], 11), atol=1e-14)
    np.testing.assert_allclose(display.dissimilar, shares(distances[~alike], 11), atol=1e-14)


def test_rows_with_several_labels():
    codes, Y = np.array([[0, 0], [0, 1], [1, 1]]), np.array([[1, 1], [0, 1], [1, 0]])
    display = HammingDistanceDisplay.from_codes(codes, Y)
    np.testing.assert_array_equal(display.similar, [0, 0.5, 0.5])  # rows 0 and 1, rows 0 and 2
    np.testing.assert_array_equal(display.dissimilar, [0, 1, 0])


@pytest.mark.parametrize(("y", "shared"), [([1, 1, 1], "all"), ([1, 2, 3], "none")])
def test_one_kind_of_pair_is_missing(y, shared):
    with pytest.raises(ValueError, match=f"similar and dissimilar pairs, but {shared} of the pairs share one"):
        HammingDistanceDisplay.from_codes([[0, 1], [1, 1], [0, 0]], y)
