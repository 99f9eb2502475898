"""Synthetic super-classes: distances within and between classes, and class sizes."""

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

from sklearn_hash.datasets import make_hash_blobs


def test_squared_distances_of_the_three_kinds_of_pairs():
    options = {"n_classes": 60, "n_super_classes": 20, "super_class_std": 5.0, "class_std": 2.0, "cluster_std": 0.5}
    X, y, y_super = make_hash_blobs(600, 200, **options, random_state=0)
    squared = pairwise_distances(X, metric="sqeuclidean") / 200
    same_class, same_super = y[:, None] == y, y_super[:, None] == y_super
    off_diagonal = ~np.eye(600, dtype=bool)
    # The difference of two normal variables has twice the variance.
    assert squared[same_class & off_diagonal].mean() == pytest.approx(2 * 0.25, rel=0.02)
    assert squared[same_super & ~same_class].mean() == pytest.approx(2 * (0.25 + 4), rel=0.05)
    assert squared[~same_super].mean() == pytest.approx(2 * (0.25 + 4 + 25), rel=0.1)


def test_classes_and_super_classes_are_dealt_out_evenly():
    X, y, y_super = make_hash_blobs(103, 4, n_classes=7, n_super_classes=3, random_state=0)
    assert X.dtype == np.float32
    assert sorted(np.bincount(y)) == [14] * 2 + [15] * 5
    families = [set(y[y_super == number]) for number in range(3)]
    assert sorted(map(len, families)) == [2, 2, 3]
    assert set.union(*families) == set(range(7))


def test_hard_pairs_are_those_within_a_super_class():
    X, y, y_super = make_hash_blobs(2000, 8, class_std=1.0, random_state=0)
    nearest = NearestNeighbors(n_neighbors=1).fit(X[:1000]).kneighbors(X[1000:], return_distance=False)[:, 0]
    wrong = y[nearest] != y[1000:]
    assert wrong.mean() > 0.05
    assert (y_super[nearest] == y_super[1000:])[wrong].mean() > 0.9


def test_same_seed_same_rows():
    first, second, other = (make_hash_blobs(50, 4, random_state=seed) for seed in (0, 0, 1))
    for array, same, different in zip(first, second, other, strict=True):
        np.testing.assert_array_equal(array, same)
        assert not np.array_equal(array, different)


def test_more_super_classes_than_classes():
    with pytest.raises(ValueError, match="n_super_classes must be at most n_classes=3; got 4"):
        make_hash_blobs(n_classes=3, n_super_classes=4)


@pytest.mark.parametrize("name", ["n_samples", "n_features", "n_classes", "n_super_classes", "class_std"])
def test_numbers_out_of_range(name):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of make_hash_blobs must be"):
        make_hash_blobs(**{name: -1 if name in ("n_samples", "class_std") else 0})
