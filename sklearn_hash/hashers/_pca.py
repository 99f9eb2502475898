"""Hyperplanes across the principal directions."""

import numpy as np
from scipy import sparse
from sklearn.decomposition import PCA

from sklearn_hash.hashers._shallow import ShallowHasher, column_means, project

__all__ = ["PCAHasher", "principal_directions"]


class PCAHasher(ShallowHasher):
    """Principal component hashing: a bit for each direction of largest variance [1]_.

    A bit is the side of the mean on which a row lies along its direction. The first bits carry most of the variance and
    the last ones little, so that longer codes are often worse ones; :class:`ITQHasher` mends that.

    Parameters
    ----------
    n_bits : int, default=32
        Length of the codes. The bits for which X has no principal direction left take random directions among those
        that it has.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        What ``transform`` returns: (n, n_bits) uint8 of 0 and 1; (n, n_bits) int8 of -1 and +1; (n, ceil(n_bits / 8))
        uint8 in numpy's bit order; or the (n, n_bits) float32 values whose signs the codes are.

    random_state : int, RandomState instance or None, default=None
        Seeds the solver, which is a randomized one for large X, and the random directions.

    Attributes
    ----------
    mean_ : ndarray of shape (n_features,)
        Mean of the training rows.

    components_ : ndarray of shape (n_bits, n_features)
        Unit directions of the bits: the principal ones by falling variance, then the random ones.

    n_bits_ : int
        Length of the codes.

    n_features_in_ : int
        Number of features seen during fit.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of features seen during fit, where X had string column names.

    See Also
    --------
    ITQHasher : Rotates the principal directions.
    SpectralHasher : Gives several bits to a direction in which rows vary much.

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
    """Directions in which rows vary, by falling variance.

    Parameters
    ----------
    X : ndarray or CSR of shape (n, n_features)
    n_bits : int
        How many directions are wanted; fewer come where X varies in fewer.
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
        raise ValueError("X has equal rows only: they vary in no direction. Pass rows that differ.")
    n, n_features = X.shape
    n_components = min(n_bits, n - 1, n_features)
    mean = column_means(X)
    if sparse.issparse(X) and n_components == n_features:
        # The sparse solver finds fewer directions than there are features. Rows so short are no wider than codes.
        X = X.toarray()
    if not sparse.issparse(X):
        # PCA may form the covariance first and centre it after, which costs half the digits where the mean is far off.
        X = X - mean
    pca = PCA(n_components, random_state=random_state).fit(X)
    # Rounding leaves a little variance where there is none, and a bit of it would be noise.
    varies = pca.explained_variance_ >= 10 * np.finfo(X.dtype).eps * pca.explained_variance_[0]
    return mean, pca.components_[varies]
