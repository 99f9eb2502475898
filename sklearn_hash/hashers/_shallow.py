"""Base class of the shallow hashers, and projections of dense or sparse rows."""

from abc import abstractmethod

import numpy as np
from scipy import sparse
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from sklearn_hash._compat import _fit_context
from sklearn_hash._tensors import tensor_to_array
from sklearn_hash._validate_rows import refuse_texts, validate_rows
from sklearn_hash.hashers._base import BaseHasher

__all__ = ["ShallowHasher", "column_means", "project"]

_CHECKS = {"accept_sparse": "csr", "dtype": [np.float64, np.float32]}


class ShallowHasher(BaseHasher):
    """Base class of the hashers that neither train a network nor import torch.

    A subclass sets its fitted attributes in `_learn` and returns real-valued codes in `_project`.

    Parameters
    ----------
    n_bits : int, default=32
        Code length.

    output : {"bits", "signs", "packed", "continuous"}, default="bits"
        Format of the codes that ``transform`` returns.

    random_state : int, RandomState instance or None, default=None
        Seed of the random draws in ``fit``.
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
        """Return real-valued codes of any float type."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Learn hash functions.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features)
            Training rows. Sparse rows are densified only if they have no more features than the codes have bits.
        y : None
            Ignored.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If X is not valid, or has values whose squares overflow. The estimator is then left unchanged.
        """
        with self._unchanged_on_failure():
            refuse_texts(X)
            X, y = self._check(X, y, ensure_min_samples=2, **_CHECKS)
            _check_size(X)
            self._learn(X, y, check_random_state(self.random_state))
            self.n_bits_ = self.n_bits
        return self

    def _check(self, X, y, **checks):
        """Return the checked rows and targets; the targets are None unless a subclass learns from y."""
        return validate_data(self, tensor_to_array(X), **checks), None

    def _encode(self, X):
        check_is_fitted(self)
        X = validate_rows(self, tensor_to_array(X), **_CHECKS)
        z = self._project(X).astype(np.float32, copy=False)
        finite = np.isfinite(z).all(axis=1)
        if not finite.all():
            raise ValueError(f"The code of row {finite.argmin()} of X overflows. Scale X like the rows passed to fit.")
        return z


def column_means(X):
    """Return the mean of dense or sparse rows, summed in float64: a float32 sum over many rows is inaccurate."""
    return np.asarray(X.mean(axis=0, dtype=np.float64), dtype=X.dtype).ravel()


def project(X, mean, components):
    """Return the coordinates of centred rows; sparse rows are projected before the mean is subtracted."""
    if sparse.issparse(X):
        return X @ components.T - mean @ components.T
    return (X - mean) @ components.T


def _check_size(X):
    values = X.data if sparse.issparse(X) else X
    with np.errstate(over="ignore"):
        if np.isinf(np.linalg.norm(values)):
            raise ValueError(f"X has values up to {abs(values).max():g}, whose squares overflow {X.dtype}. Scale X.")
