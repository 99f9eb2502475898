"""Synthetic codes: distances to their centres, and packed codes."""

import numpy as np
import pytest

from sklearn_hash.datasets import make_clustered_codes


def test_distances_within_and_between_clusters():
    codes, y = make_clustered_codes(3000, 64, n_centers=10, flip=0.1, random_state=0)
    assert set(np.unique(codes)) == {0, 1}
    assert set(y) == set(range(10))
    centers = np.array([codes[y == center].mean(axis=0) > 0.5 for center in range(10)])
    assert (codes != centers[y]).mean() == pytest.approx(0.1, abs=0.005)
    assert (centers[:, None] != centers[None]).mean() == pytest.approx(0.45, abs=0.05)


def test_packed_codes_are_the_same_codes():
    codes, y = make_clustered_codes(500, 21, random_state=5)
    packed, same_y = make_clustered_codes(500, 21, packed=True, random_state=5)
    np.testing.assert_array_equal(packed, np.packbits(codes, axis=1))
    np.testing.assert_array_equal(y, same_y)


def test_rows_beyond_one_block():
    codes, y = make_clustered_codes((1 << 16) + 3, 8, n_centers=2, flip=0.0, random_state=0)
    for center in (0, 1):
        assert len(np.unique(codes[y == center], axis=0)) == 1


@pytest.mark.parametrize(("name", "value"), [("n_centers", 0), ("flip", 2), ("flip", -0.1), ("n_bits", 0)])
def test_numbers_out_of_range(name, value):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of make_clustered_codes must be"):
        make_clustered_codes(**{"n_samples": 10, "n_bits": 8, name: value})
