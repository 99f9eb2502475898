"""Principal component hashing."""

import numpy as np
from scipy import sparse
from sklearn.decomposition import PCA

from sklearn_hash.hashers._shallow import ShallowHasher, column_means, project

__all__ = ["PCAHasher", "principal_directions"]


class PCAHasher(ShallowHasher):
    """Principal component hashing: one bit for each direction of largest variance [1]_.

    A bit is the sign of the row's coordinate along its direction, relative to the mean. The last bits carry little of
    the variance, so longer codes often rank worse than shorter ones; :class:`ITQHasher` avoids that by a rotation.

    Parameters
    ----------
    n_bits : int, default=32
        Code length. If X has fewer principal directions, the remaining bits use random directions in the space
        that these span.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        What ``transform`` returns: (n, n_bits) uint8 of 0 and 1; (n, n_bits) int8 of -1 and +1; (n, ceil(n_bits / 8))
        uint8 in numpy's bit order; or the (n, n_bits) float32 values whose signs the codes are.

    random_state : int, RandomState instance or None, default=None
        Seeds the solver, which is randomized for large X, and the random directions.

    Attributes
    ----------
    mean_ : ndarray of shape (n_features,)
        Mean of the training rows.

    components_ : ndarray of shape (n_bits, n_features)
        Unit directions of the bits: the principal ones by decreasing variance, then the random ones.

    n_bits_ : int
        Code length.

    n_features_in_ : int
        Number of features seen during fit.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of features seen during fit, if X has string column names.

    See Also
    --------
    ITQHasher : Rotates the principal directions.
    SpectralHasher : Gives several bits to directions of large variance.

    References
    ----------
    .. [1] J. Wang, S. Kumar, S.-F. Chang, "Semi-Supervised Hashing for Scalable Image Retrieval", CVPR 2010, without
       its supervised term.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import PCAHasher
    >>> X, _ = load_digits(return_X_y=True)
    >>> PCAHasher(n_bits=16).fit_transform(X).shape
    (1797, 16)
    """

    def _learn(self, X, y, random_state):
        self.mean_, principal = principal_directions(X, self.n_bits, random_state)
        mixtures = random_state.standard_normal((self.n_bits - len(principal), len(principal)))
        mixtures /= np.linalg.norm(mixtures, axis=1, keepdims=True)
        self.components_ = np.vstack([principal, mixtures @ principal]).astype(X.dtype, copy=False)

    def _project(self, X):
        return project(X, self.mean_, self.components_)


def principal_directions(X, n_bits, random_state):
    """Return the directions in which rows vary, by decreasing variance.

    Parameters
    ----------
    X : ndarray or CSR of shape (n, n_features)
    n_bits : int
        Largest number of directions to return.
    random_state : RandomState

    Returns
    -------
    mean : ndarray of shape (n_features,)
    components : ndarray of shape (n_components, n_features)
        Orthonormal rows, at least one.

    Raises
    ------
    ValueError
        If all rows are equal.
    """
    if not (X[1:] != X[:-1]).sum():
        raise ValueError("All rows of X are equal. Pass rows that differ.")
    n, n_features = X.shape
    n_components = min(n_bits, n - 1, n_features)
    mean = column_means(X)
    if sparse.issparse(X) and n_components == n_features:
        # The sparse solver returns fewer directions than features. Here dense rows have no more columns than the codes.
        X = X.toarray()
    if not sparse.issparse(X):
        # PCA may compute the covariance before centring it, which loses half of the digits if the mean is large.
        X = X - mean
    pca = PCA(n_components, random_state=random_state).fit(X)
    # Directions without variance have a little from rounding, and their bits would be noise.
    varies = pca.explained_variance_ >= 10 * np.finfo(X.dtype).eps * pca.explained_variance_[0]
    return mean, pca.components_[varies]
