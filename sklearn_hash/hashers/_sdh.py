"""Supervised discrete hashing."""

from numbers import Integral, Real

import numpy as np
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from sklearn.linear_model import ridge_regression
from sklearn.metrics.pairwise import euclidean_distances, rbf_kernel
from sklearn.utils import column_or_1d, gen_batches
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import validate_data

from sklearn_hash._class_labels import plain_labels, refuse_ragged
from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash._tensors import tensor_to_array
from sklearn_hash.hashers._shallow import ShallowHasher

__all__ = ["SDHHasher", "improve_codes", "label_matrix", "learn_codes"]

_MAX_SWEEPS = 10
_ROWS_A_BLOCK = 1 << 14


class SDHHasher(ShallowHasher):
    """Supervised discrete hashing: binary codes from which labels are read off linearly [1]_.

    Codes B, label weights W and hash functions P minimise::

        ||Y - B W||^2 + alpha ||W||^2 + nu (||B - phi(X) P||^2 + ridge ||P||^2)

    in turn, B staying binary all along: one bit of all rows at a time takes its best values, the others being fixed.
    ``phi`` are Gaussian kernels around anchors, drawn among the training rows, and a constant.

    Parameters
    ----------
    n_bits : int, default=32
        Length of the codes, as many as you like.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        What ``transform`` returns: (n, n_bits) uint8 of 0 and 1; (n, n_bits) int8 of -1 and +1; (n, ceil(n_bits / 8))
        uint8 in numpy's bit order; or the (n, n_bits) float32 values whose signs the codes are.

    random_state : int, RandomState instance or None, default=None
        Seeds the choice of anchors and the first codes.

    n_anchors : int, default=1000
        How many training rows serve as anchors; all where there are fewer. ``fit`` holds an (n, n_anchors + 1) matrix.

    gamma : "auto" or float, default="auto"
        The kernel is ``exp(-gamma ||x - anchor||^2)``; "auto" is one over the mean squared distance between training
        rows and anchors.

    n_iter : int, default=5
        Rounds of W, P and B, as in the authors' code.

    alpha : float, default=1.0
        Weight of the penalty on W, as in the authors' code.

    nu : float, default=1e-5
        Weight of what the hash functions cannot fit, as in the authors' code.

    ridge : float, default=1e-2
        Penalty on P, as in the authors' code; the paper has none.

    Attributes
    ----------
    classes_ : ndarray
        The classes, or the columns of a multi-label indicator.

    anchors_ : ndarray or CSR of shape (n_anchors, n_features)
        The rows around which kernels stand.

    gamma_ : float
        The gamma that was used.

    projection_ : ndarray of shape (n_anchors + 1, n_bits)
        P: weights of the kernels, and of the constant in the last row.

    n_bits_ : int
        Length of the codes.

    n_features_in_ : int
        Number of features seen during fit.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of features seen during fit, where X had string column names.

    See Also
    --------
    ITQHasher : Learns without labels.
    DSDHHasher : The same idea around a network.

    Notes
    -----
    The authors' code begins every round from B = 0; here a round begins from the codes of the last one, so that the
    objective never rises.

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
            Training rows. Sparse ones stay so; only their kernels are dense.
        y : array-like or sparse matrix
            Class labels of any kind, (n,), or a multi-label indicator, (n, n_labels).

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If X or y is not valid, or all rows have the same labels. The estimator is then what it was before.
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
        self.gamma_ = _inverse_spread(X, self.anchors_) if self.gamma == "auto" else float(self.gamma)
        signs = random_state.choice([-1.0, 1.0], (n, self.n_bits))
        _, self.projection_ = learn_codes(self._kernels(X), Y, signs, self.n_iter, self.alpha, self.nu, self.ridge)

    def _project(self, X):
        blocks = gen_batches(X.shape[0], _ROWS_A_BLOCK)
        return np.concatenate([self._kernels(X[block]) @ self.projection_ for block in blocks])

    def _kernels(self, X):
        """Kernels around the anchors and a constant; in float32 their normal equations could not be solved."""
        kernels = rbf_kernel(X, self.anchors_, self.gamma_)
        return np.hstack([kernels, np.ones((len(kernels), 1))], dtype=np.float64)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def label_matrix(y):
    """Labels as a 0/1 matrix.

    Parameters
    ----------
    y : ndarray of shape (n,), or ndarray or CSR of shape (n, n_labels)

    Returns
    -------
    Y : ndarray of shape (n, n_labels), float64
    classes : ndarray of shape (n_labels,)

    Raises
    ------
    ValueError
        If y holds neither classes nor an indicator of 0 and 1, or all rows have the same labels.
    """
    y = plain_labels(y)
    check_classification_targets(y)
    if type_of_target(y) == "multilabel-indicator":
        Y = (y.toarray() if sparse.issparse(y) else y).astype(np.float64)
        classes = np.arange(Y.shape[1])
        if not np.isin(Y, (0, 1)).all():
            raise ValueError(f"y must be an indicator of 0 and 1; got the values {np.unique(Y).tolist()}.")
    else:
        classes, numbers = np.unique(column_or_1d(y, warn=True), return_inverse=True)
        Y = np.eye(len(classes))[numbers]
    if not np.ptp(Y, axis=0).any():
        raise ValueError("y has the same labels in every row, and teaches nothing. Pass rows of at least two classes.")
    return Y, classes


def learn_codes(features, Y, signs, n_iter, alpha, nu, ridge):
    """Codes, and the hash functions that fit them.

    Parameters
    ----------
    features : ndarray of shape (n, n_features), float64
    Y : ndarray of shape (n, n_labels)
    signs : ndarray of shape (n, n_bits)
        Where to start: codes of -1 and +1.
    n_iter : int
    alpha, nu, ridge : float
        As for :class:`SDHHasher`.

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
    """Discrete cyclic coordinate descent on ``||B W||^2 - 2 <B, target>``, for B of -1 and +1.

    Parameters
    ----------
    signs : ndarray of shape (n, n_bits)
        Where to start.
    target : ndarray of shape (n, n_bits)
    weights : ndarray of shape (n_bits, n_labels)
        W.

    Returns
    -------
    signs : ndarray of shape (n, n_bits)
        Codes that no change of a single bit improves, unless they took more than ten sweeps over the bits.
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


def _inverse_spread(X, anchors):
    """One over the mean squared distance; any width will do where all rows are equal."""
    return 1 / (float(euclidean_distances(X, anchors, squared=True).mean(dtype=np.float64)) or 1.0)
