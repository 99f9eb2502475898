"""What every hasher does, deep or shallow: real-valued codes in the form asked for, names of the columns, a score."""

from abc import ABCMeta, abstractmethod
from contextlib import contextmanager
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_hash._compat import Interval, StrOptions
from sklearn_hash.codes import packed_width
from sklearn_hash.metrics import mean_average_precision

__all__ = ["BaseHasher"]


class BaseHasher(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator, metaclass=ABCMeta):
    """Base of the hashers; a subclass fits and gives real-valued codes."""

    _parameter_constraints: dict = {
        "n_bits": [Interval(Integral, 1, None, closed="left")],
        "output": [StrOptions({"bits", "signs", "packed", "continuous"})],
    }

    @abstractmethod
    def _encode(self, X):
        """Real-valued codes of X, (n, n_bits_) float32."""

    def decision_function(self, X):
        """Real-valued codes, whose signs the bits are.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features)
            Or any other form of rows that ``fit`` takes.

        Returns
        -------
        z : ndarray of shape (n, n_bits), float32
            A bit is set where its value is positive.
        """
        return self._encode(X)

    def transform(self, X):
        """Hash rows.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features)
            Or any other form of rows that ``fit`` takes.

        Returns
        -------
        codes : ndarray
            As `output` says: (n, n_bits) bits, signs or real values, or (n, ceil(n_bits / 8)) packed bytes.
        """
        z = self._encode(X)
        if self.output == "continuous":
            return z
        bits = (z > 0).view(np.uint8)
        if self.output == "packed":
            return np.packbits(bits, axis=1)
        return bits if self.output == "bits" else bits.view(np.int8) * np.int8(2) - np.int8(1)

    def score(self, X, y):
        """Mean average precision of every row as a query against all others.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, n_features)
            Or any other form of rows that ``fit`` takes.
        y : array-like or sparse matrix
            Class labels of any kind, (n,), or a multi-label indicator, (n, n_labels): a row is relevant to another
            when they share a label. Where ``fit`` took similarities, what `similarity` asks for.

        Returns
        -------
        score : float
            Over the whole ranking, as the exact expectation over the orders of tied distances. A row to which no other
            is similar counts 0.
        """
        return mean_average_precision(self._encode(X), y)

    @property
    def _n_features_out(self):
        """Columns that ``transform`` returns."""
        check_is_fitted(self)
        return packed_width(self.n_bits_) if self.output == "packed" else self.n_bits_

    def __sklearn_is_fitted__(self):
        return hasattr(self, "n_bits_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    @contextmanager
    def _unchanged_on_failure(self):
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise
