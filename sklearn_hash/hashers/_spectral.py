"""Spectral hashing."""

import numpy as np

from sklearn_hash.hashers._pca import principal_directions
from sklearn_hash.hashers._shallow import ShallowHasher, project

__all__ = ["SpectralHasher", "smoothest_modes"]


class SpectralHasher(ShallowHasher):
    """Spectral hashing: the smoothest eigenfunctions along the principal directions [1]_.

    The rows are assumed to be uniform on a box along their principal directions. The eigenfunctions of the graph
    Laplacian are then known: ``cos(pi k (v - a) / (b - a))`` along a direction with coordinates from a to b, with an
    eigenvalue that increases with ``k / (b - a)``. The bits are the signs of the `n_bits` eigenfunctions of smallest
    eigenvalue, without constants and products of two directions. Long sides of the box get several bits.

    Parameters
    ----------
    n_bits : int, default=32
        Code length.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        What ``transform`` returns: (n, n_bits) uint8 of 0 and 1; (n, n_bits) int8 of -1 and +1; (n, ceil(n_bits / 8))
        uint8 in numpy's bit order; or the (n, n_bits) float32 values whose signs the codes are.

    random_state : int, RandomState instance or None, default=None
        Seeds the solver of the principal directions, which is randomized for large X.

    Attributes
    ----------
    mean_ : ndarray of shape (n_features,)
        Mean of the training rows.

    components_ : ndarray of shape (n_components, n_features)
        Principal directions by decreasing variance; at most `n_bits`.

    lower_, upper_ : ndarray of shape (n_components,)
        Smallest and largest coordinate of the training rows along each direction.

    directions_ : ndarray of shape (n_bits,)
        Direction of each bit, a row number of ``components_``.

    modes_ : ndarray of shape (n_bits,)
        Number k of half waves of each bit along its direction.

    n_bits_ : int
        Code length.

    n_features_in_ : int
        Number of features seen during fit.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of features seen during fit, if X has string column names.

    See Also
    --------
    PCAHasher : One bit for each direction.
    ITQHasher : Principal directions rotated to minimise the quantization error.

    References
    ----------
    .. [1] Y. Weiss, A. Torralba, R. Fergus, "Spectral Hashing", NIPS 2008.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import SpectralHasher
    >>> X, _ = load_digits(return_X_y=True)
    >>> hasher = SpectralHasher(n_bits=8, random_state=0).fit(X)
    >>> hasher.directions_
    array([3, 0, 2, 1, 4, 6, 7, 5])
    """

    def _learn(self, X, y, random_state):
        self.mean_, self.components_ = principal_directions(X, self.n_bits, random_state)
        V = project(X, self.mean_, self.components_)
        self.lower_, self.upper_ = V.min(axis=0), V.max(axis=0)
        self.directions_, self.modes_ = smoothest_modes(self.upper_ - self.lower_, self.n_bits)

    def _project(self, X):
        V = project(X, self.mean_, self.components_)
        phases = (V - self.lower_) / (self.upper_ - self.lower_)
        return np.cos(np.pi * self.modes_.astype(V.dtype) * phases[:, self.directions_])


def smoothest_modes(lengths, n_bits):
    """Return the eigenfunctions of smallest eigenvalue on a box, without constants and products.

    Parameters
    ----------
    lengths : ndarray of shape (n_components,)
        Sides of the box.
    n_bits : int

    Returns
    -------
    directions, modes : ndarray of shape (n_bits,)
        Side and number of half waves of each, by increasing frequency.
    """
    frequencies = np.arange(1, n_bits + 1) / lengths[:, None]
    # No direction can have more than n_bits of the n_bits smallest.
    smallest = np.argsort(frequencies, axis=None, kind="stable")[:n_bits]
    directions, modes = np.unravel_index(smallest, frequencies.shape)
    return directions, modes + 1
