"""Synthetic data of classes that are grouped in super-classes."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state

from sklearn_hash._compat import Interval, validate_params

__all__ = ["make_hash_blobs"]

_SIZE = [Interval(Integral, 1, None, closed="left")]
_DEVIATION = [Interval(Real, 0, None, closed="left")]


@validate_params(
    {
        "n_samples": [Interval(Integral, 0, None, closed="left")],
        "n_features": _SIZE,
        "n_classes": _SIZE,
        "n_super_classes": _SIZE,
        "super_class_std": _DEVIATION,
        "class_std": _DEVIATION,
        "cluster_std": _DEVIATION,
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_hash_blobs(
    n_samples=1000,
    n_features=32,
    *,
    n_classes=20,
    n_super_classes=5,
    super_class_std=4.0,
    class_std=1.5,
    cluster_std=1.0,
    random_state=None,
):
    """Generate Gaussian classes that are grouped in super-classes.

    The centres of super-classes are drawn around the origin, the centres of classes around that of their super-class,
    and rows around the centre of their class. Rows of two classes in one super-class are near each other but
    dissimilar, which makes them hard pairs.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of rows; class sizes differ by at most 1.
    n_features : int, default=32
        Number of features.
    n_classes : int, default=20
        Number of classes; the numbers of classes per super-class differ by at most 1.
    n_super_classes : int, default=5
        Number of super-classes.
    super_class_std, class_std, cluster_std : float, default=4.0, 1.5, 1.0
        Standard deviations per feature: of the centres of super-classes around the origin, of the centres of classes
        around the centre of their super-class, and of rows around the centre of their class.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features), float32
        Rows in random order.
    y : ndarray of shape (n_samples,)
        Class number of each row.
    y_super : ndarray of shape (n_samples,)
        Super-class number of each row.

    Raises
    ------
    ValueError
        If a parameter is out of range, or there are fewer classes than super-classes.

    Examples
    --------
    >>> from sklearn_hash.datasets import make_hash_blobs
    >>> X, y, y_super = make_hash_blobs(100, 8, n_classes=6, n_super_classes=2, random_state=0)
    >>> X.shape, [sorted(set(y[y_super == number].tolist())) for number in (0, 1)]
    ((100, 8), [[0, 2, 4], [1, 3, 5]])
    """
    if n_super_classes > n_classes:
        raise ValueError(f"n_super_classes must be at most n_classes={n_classes}; got {n_super_classes}.")
    random_state = check_random_state(random_state)
    super_of_class = np.arange(n_classes) % n_super_classes
    y = random_state.permutation(np.arange(n_samples) % n_classes)
    super_centers = super_class_std * random_state.standard_normal((n_super_classes, n_features))
    centers = super_centers[super_of_class] + class_std * random_state.standard_normal((n_classes, n_features))
    X = centers[y] + cluster_std * random_state.standard_normal((n_samples, n_features))
    return X.astype(np.float32), y, super_of_class[y]
