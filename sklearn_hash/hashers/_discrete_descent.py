"""Discrete optimisation of supervised discrete hashing: codes, label weights and hash functions, alternately."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from sklearn.linear_model import ridge_regression

__all__ = ["improve_codes", "learn_codes"]

_MAX_SWEEPS = 10


def learn_codes(features, Y, signs, n_iter, alpha, nu, ridge):
    """Learn codes that predict the labels, and hash functions that predict the codes.

    Parameters
    ----------
    features : ndarray of shape (n, n_features), float64
    Y : ndarray of shape (n, n_labels)
    signs : ndarray of shape (n, n_bits)
        Initial codes of -1 and +1.
    n_iter : int
    alpha, nu, ridge : float
        See :class:`SDHHasher`.

    Returns
    -------
    signs : ndarray of shape (n, n_bits)
    projection : ndarray of shape (n_features, n_bits)
    """
    factor = cho_factor(features.T @ features + ridge * np.eye(features.shape[1]))
    projection = cho_solve(factor, features.T @ signs)
    for _ in range(n_iter):
        weights = ridge_regression(signs, Y, alpha, solver="cholesky").T
        signs = improve_codes(signs, Y @ weights.T + nu * (features @ projection), weights)
        projection = cho_solve(factor, features.T @ signs)
    return signs, projection


def improve_codes(signs, target, weights):
    """Minimise ``||B W||^2 - 2 <B, target>`` over B of -1 and +1 by discrete cyclic coordinate descent.

    Parameters
    ----------
    signs : ndarray of shape (n, n_bits)
        Initial codes.
    target : ndarray of shape (n, n_bits)
    weights : ndarray of shape (n_bits, n_labels)
        W.

    Returns
    -------
    signs : ndarray of shape (n, n_bits)
        Codes that no change of a single bit improves, unless ten sweeps over the bits do not suffice.
    """
    signs = signs.copy()
    others = weights @ weights.T
    np.fill_diagonal(others, 0)
    for _ in range(_MAX_SWEEPS):
        before = signs.copy()
        for bit, coupling in enumerate(others):
            signs[:, bit] = np.where(target[:, bit] > signs @ coupling, 1, -1)
        if np.array_equal(signs, before):
            break
    return signs
