"""What the hashers without a network share: checks of X, and codes from rows, dense or sparse."""

from abc import abstractmethod

import numpy as np
from scipy import sparse
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from sklearn_hash._compat import _fit_context
from sklearn_hash._tensors import tensor_to_array
from sklearn_hash.hashers._base import BaseHasher

__all__ = ["ShallowHasher", "column_means", "project"]

_ROWS = {"accept_sparse": "csr", "dtype": [np.float64, np.float32]}


class ShallowHasher(BaseHasher):
    """Base of the hashers that neither train a network nor import torch.

    A subclass learns from checked rows in `_learn` and gives real-valued codes of checked rows in `_project`.

    Parameters
    ----------
    n_bits : int, default=32
        Length of the codes.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        What ``transform`` returns.

    random_state : int, RandomState instance or None, default=None
        Seeds what is drawn.
    """

    _parameter_constraints: dict = {**BaseHasher._parameter_constraints, "random_state": ["random_state"]}

    def __init__(self, n_bits=32, *, output="bits", random_state=None):
        self.n_bits = n_bits
        self.output = output
        self.random_state = random_state

    @abstractmethod
    def _learn(self, X, y, random_state):
        """Set the fitted attributes."""

    @abstractmethod
    def _project(self, X):
        """Real-valued codes of any float type."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Learn hash functions.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features)
            Training rows. Sparse ones stay so, unless they have no more features than the codes have bits.
        y : None
            Ignored: nothing is learnt from labels.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If X is not valid, or so large that squares overflow. The estimator is then what it was before.
        """
        with self._unchanged_on_failure():
            X, y = self._check(X, y, ensure_min_samples=2, **_ROWS)
            _check_size(X)
            self._learn(X, y, check_random_state(self.random_state))
            self.n_bits_ = self.n_bits
        return self

    def _check(self, X, y, **checks):
        """Training rows, and what to learn from y: nothing, unless a subclass says otherwise."""
        return validate_data(self, tensor_to_array(X), **checks), None

    def _encode(self, X):
        check_is_fitted(self)
        X = validate_data(self, tensor_to_array(X), reset=False, **_ROWS)
        z = self._project(X).astype(np.float32, copy=False)
        finite = np.isfinite(z).all(axis=1)
        if not finite.all():
            raise ValueError(f"The code of row {finite.argmin()} of X overflows. Scale X as the rows that fit saw.")
        return z


def column_means(X):
    """Mean of dense or sparse rows; summed in float64, as a float32 sum over many rows would drift."""
    return np.asarray(X.mean(axis=0, dtype=np.float64), dtype=X.dtype).ravel()


def project(X, mean, components):
    """Coordinates of centred rows; sparse rows are centred by what their mean would have added."""
    if sparse.issparse(X):
        return X @ components.T - mean @ components.T
    return (X - mean) @ components.T


def _check_size(X):
    values = X.data if sparse.issparse(X) else X
    with np.errstate(over="ignore"):
        if np.isinf(np.linalg.norm(values)):
            raise ValueError(f"X has values up to {abs(values).max():g}, whose squares overflow {X.dtype}. Scale X.")
