"""Gaussian kernels around anchors, as features of rows."""

import numpy as np
from sklearn.metrics.pairwise import euclidean_distances, rbf_kernel

__all__ = ["inverse_mean_distance", "kernel_features"]


def kernel_features(X, anchors, gamma):
    """Return the kernels ``exp(-gamma ||x - anchor||^2)`` and a constant, of shape (n, n_anchors + 1).

    The result is float64, because the normal equations of a regression on it are too ill-conditioned for float32.
    """
    kernels = rbf_kernel(X, anchors, gamma)
    return np.hstack([kernels, np.ones((len(kernels), 1))], dtype=np.float64)


def inverse_mean_distance(X, anchors):
    """Return one over the mean squared distance between rows and anchors, or 1 if all are equal."""
    return 1 / (float(euclidean_distances(X, anchors, squared=True).mean(dtype=np.float64)) or 1.0)
