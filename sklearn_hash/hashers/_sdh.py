"""Supervised discrete hashing."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils import gen_batches
from sklearn.utils.validation import validate_data

from sklearn_hash._class_labels import refuse_ragged
from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash._tensors import tensor_to_array
from sklearn_hash.hashers._discrete_descent import learn_codes
from sklearn_hash.hashers._kernel_features import inverse_mean_distance, kernel_features
from sklearn_hash.hashers._label_matrix import label_matrix
from sklearn_hash.hashers._shallow import ShallowHasher

__all__ = ["SDHHasher"]

_ROWS_PER_BLOCK = 1 << 14


class SDHHasher(ShallowHasher):
    """Supervised discrete hashing: binary codes that predict the labels linearly [1]_.

    Codes B, label weights W and hash functions P minimise::

        ||Y - B W||^2 + alpha ||W||^2 + nu (||B - phi(X) P||^2 + ridge ||P||^2)

    alternately. B stays binary: one bit of all rows is optimised at a time, with the other bits fixed. The features
    ``phi`` are Gaussian kernels around anchors, which are drawn from the training rows, and a constant.

    Parameters
    ----------
    n_bits : int, default=32
        Code length.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        What ``transform`` returns: (n, n_bits) uint8 of 0 and 1; (n, n_bits) int8 of -1 and +1; (n, ceil(n_bits / 8))
        uint8 in numpy's bit order; or the (n, n_bits) float32 values whose signs the codes are.

    random_state : int, RandomState instance or None, default=None
        Seeds the choice of anchors and the initial codes.

    n_anchors : int, default=1000
        Number of anchors; all training rows if there are fewer. ``fit`` allocates an (n, n_anchors + 1) matrix.

    gamma : "auto" or float, default="auto"
        Coefficient of the kernel ``exp(-gamma ||x - anchor||^2)``; "auto" is one over the mean squared distance between
        training rows and anchors.

    n_iter : int, default=5
        Number of updates of W, P and B, as in the authors' code.

    alpha : float, default=1.0
        Weight of the penalty on W, as in the authors' code.

    nu : float, default=1e-5
        Weight of the error of the hash functions, as in the authors' code.

    ridge : float, default=1e-2
        Penalty on P, as in the authors' code; the paper has none.

    Attributes
    ----------
    classes_ : ndarray
        The classes, or the columns of a multi-label indicator.

    anchors_ : ndarray or CSR of shape (n_anchors, n_features)
        Training rows around which the kernels are centred.

    gamma_ : float
        Coefficient of the kernels.

    projection_ : ndarray of shape (n_anchors + 1, n_bits)
        P: weights of the kernels and, in the last row, of the constant.

    n_bits_ : int
        Code length.

    n_features_in_ : int
        Number of features seen during fit.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of features seen during fit, if X has string column names.

    See Also
    --------
    ITQHasher : Shallow hasher without labels.
    DSDHHasher : Deep variant.

    Notes
    -----
    An update of B starts from the current codes, as in the authors' code since 2017, so that the objective never
    increases. The first version of that code reset B to 0 before every update.

    References
    ----------
    .. [1] F. Shen, C. Shen, W. Liu, H. T. Shen, "Supervised Discrete Hashing", CVPR 2015.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import SDHHasher
    >>> X, y = load_digits(return_X_y=True)
    >>> hasher = SDHHasher(n_bits=16, random_state=0).fit(X[:1000], y[:1000])
    >>> hasher.transform(X[1000:]).shape
    (797, 16)
    """

    _parameter_constraints: dict = {
        **ShallowHasher._parameter_constraints,
        "n_anchors": [Interval(Integral, 1, None, closed="left")],
        "gamma": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "n_iter": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, None, closed="neither")],
        "nu": [Interval(Real, 0, None, closed="left")],
        "ridge": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        n_bits=32,
        *,
        output="bits",
        random_state=None,
        n_anchors=1000,
        gamma="auto",
        n_iter=5,
        alpha=1.0,
        nu=1e-5,
        ridge=1e-2,
    ):
        super().__init__(n_bits=n_bits, output=output, random_state=random_state)
        self.n_anchors = n_anchors
        self.gamma = gamma
        self.n_iter = n_iter
        self.alpha = alpha
        self.nu = nu
        self.ridge = ridge

    def fit(self, X, y):
        """Learn hash functions.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features)
            Training rows. Sparse rows are not densified; their kernels are dense.
        y : array-like or sparse matrix
            Class labels of any kind, (n,), or a multi-label indicator, (n, n_labels).

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If X or y is not valid, or all rows have the same labels. The estimator is then left unchanged.
        """
        return super().fit(X, y)

    def _check(self, X, y, **checks):
        X, y = tensor_to_array(X), tensor_to_array(y, "y")
        refuse_ragged(y)
        X, y = validate_data(self, X, y, multi_output=True, **checks)
        Y, self.classes_ = label_matrix(y)
        return X, Y

    def _learn(self, X, Y, random_state):
        n = X.shape[0]
        self.anchors_ = X[random_state.choice(n, min(self.n_anchors, n), replace=False)]
        self.gamma_ = inverse_mean_distance(X, self.anchors_) if self.gamma == "auto" else float(self.gamma)
        signs = random_state.choice([-1.0, 1.0], (n, self.n_bits))
        features = kernel_features(X, self.anchors_, self.gamma_)
        _, self.projection_ = learn_codes(features, Y, signs, self.n_iter, self.alpha, self.nu, self.ridge)

    def _project(self, X):
        features = (
            kernel_features(X[block], self.anchors_, self.gamma_) for block in gen_batches(X.shape[0], _ROWS_PER_BLOCK)
        )
        return np.concatenate([block @ self.projection_ for block in features])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags
