"""Locality-sensitive hashing by random hyperplanes."""

from sklearn_hash.hashers._shallow import ShallowHasher, column_means, project

__all__ = ["LSHHasher"]


class LSHHasher(ShallowHasher):
    """Locality-sensitive hashing by random hyperplanes [1]_.

    The hyperplanes pass through the mean of the training rows. Two rows at an angle ``theta``, seen from that mean,
    agree in a bit with probability ``1 - theta / pi``.

    Parameters
    ----------
    n_bits : int, default=32
        Code length. With the same seed a longer code begins with the shorter one.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        What ``transform`` returns: (n, n_bits) uint8 of 0 and 1; (n, n_bits) int8 of -1 and +1; (n, ceil(n_bits / 8))
        uint8 in numpy's bit order; or the (n, n_bits) float32 values whose signs the codes are.

    random_state : int, RandomState instance or None, default=None
        Seeds the hyperplanes.

    Attributes
    ----------
    mean_ : ndarray of shape (n_features,)
        Mean of the training rows.

    components_ : ndarray of shape (n_bits, n_features)
        Normals of the hyperplanes, with standard normal entries.

    n_bits_ : int
        Code length.

    n_features_in_ : int
        Number of features seen during fit.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of features seen during fit, if X has string column names.

    See Also
    --------
    PCAHasher : Hyperplanes across the directions of largest variance.
    ITQHasher : Principal directions rotated to minimise the quantization error.

    References
    ----------
    .. [1] M. Charikar, "Similarity Estimation Techniques from Rounding Algorithms", STOC 2002.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import LSHHasher
    >>> X, _ = load_digits(return_X_y=True)
    >>> LSHHasher(n_bits=16, random_state=0).fit_transform(X).shape
    (1797, 16)
    """

    def _learn(self, X, y, random_state):
        self.mean_ = column_means(X)
        self.components_ = random_state.standard_normal((self.n_bits, X.shape[1])).astype(X.dtype, copy=False)

    def _project(self, X):
        return project(X, self.mean_, self.components_)
