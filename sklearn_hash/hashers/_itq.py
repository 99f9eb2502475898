"""Iterative quantization."""

from numbers import Integral

import numpy as np
from scipy.linalg import qr, svd

from sklearn_hash._compat import Interval
from sklearn_hash.hashers._pca import principal_directions
from sklearn_hash.hashers._shallow import ShallowHasher, project

__all__ = ["ITQHasher", "quantization_step", "random_rotation"]


class ITQHasher(ShallowHasher):
    """Iterative quantization: principal directions, rotated to minimise the quantization error [1]_.

    With V the coordinates of the centred rows along their principal directions, the rotation R and the codes B minimise
    the quantization error ``||B - V R||^2`` alternately: B is the sign of ``V R``, then R is the solution of an
    orthogonal Procrustes problem.

    Parameters
    ----------
    n_bits : int, default=32
        Code length. If X has fewer principal directions, their coordinates are padded with zeros before the
        rotation.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        What ``transform`` returns: (n, n_bits) uint8 of 0 and 1; (n, n_bits) int8 of -1 and +1; (n, ceil(n_bits / 8))
        uint8 in numpy's bit order; or the (n, n_bits) float32 values whose signs the codes are.

    random_state : int, RandomState instance or None, default=None
        Seeds the solver of the principal directions and the initial rotation.

    n_iter : int, default=50
        Number of updates of the rotation, as in the paper; with 0 it is the random initial rotation.

    Attributes
    ----------
    mean_ : ndarray of shape (n_features,)
        Mean of the training rows.

    components_ : ndarray of shape (n_components, n_features)
        Principal directions by decreasing variance; at most `n_bits`.

    rotation_ : ndarray of shape (n_components, n_bits)
        The learned rotation, with orthonormal rows.

    n_bits_ : int
        Code length.

    n_features_in_ : int
        Number of features seen during fit.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of features seen during fit, if X has string column names.

    See Also
    --------
    PCAHasher : Principal directions without a rotation.
    SDHHasher : Shallow hasher that learns from labels.

    References
    ----------
    .. [1] Y. Gong, S. Lazebnik, "Iterative Quantization: A Procrustean Approach to Learning Binary Codes", CVPR 2011.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import ITQHasher
    >>> X, _ = load_digits(return_X_y=True)
    >>> ITQHasher(n_bits=16, random_state=0).fit_transform(X).shape
    (1797, 16)
    """

    _parameter_constraints: dict = {
        **ShallowHasher._parameter_constraints,
        "n_iter": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(self, n_bits=32, *, output="bits", random_state=None, n_iter=50):
        super().__init__(n_bits=n_bits, output=output, random_state=random_state)
        self.n_iter = n_iter

    def _learn(self, X, y, random_state):
        self.mean_, self.components_ = principal_directions(X, self.n_bits, random_state)
        V = project(X, self.mean_, self.components_)
        rotation = random_rotation(len(self.components_), self.n_bits, random_state).astype(X.dtype, copy=False)
        for _ in range(self.n_iter):
            rotation = quantization_step(V, rotation)
        self.rotation_ = rotation

    def _project(self, X):
        return project(X, self.mean_, self.components_) @ self.rotation_


def random_rotation(n_components, n_bits, random_state):
    """Return the first rows of a random orthogonal matrix, (n_components, n_bits)."""
    return qr(random_state.standard_normal((n_bits, n_components)), mode="economic")[0].T


def quantization_step(V, rotation):
    """Return the rotation of V nearest to the codes of the current rotation.

    The rows of the rotation that would be multiplied by the zero columns of a padded V are left out.
    """
    B = np.where(V @ rotation > 0, 1, -1).astype(V.dtype)
    left, _, right = svd(V.T @ B, full_matrices=False)
    return left @ right
