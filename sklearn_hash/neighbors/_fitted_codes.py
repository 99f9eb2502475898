"""Fitted codes of a searcher, with their ids and labels."""

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from sklearn_hash._tensors import tensor_to_array
from sklearn_hash._validate_rows import validate_rows
from sklearn_hash._validation import check_codes
from sklearn_hash.neighbors._arrow_codes import PackedRows, check_fingerprint, opened
from sklearn_hash.neighbors._index import CodeIndex
from sklearn_hash.neighbors._stored_rows import StoredRows

__all__ = ["FittedCodes"]


class FittedCodes(BaseEstimator):
    """Fitted attributes of a searcher, and validation of codes against them.

    ``fit`` of a subclass calls ``_packed_codes`` with ``reset=True`` and sets ``n_bits_``, ``_rows``
    (:class:`~._stored_rows.StoredRows`) and ``_index`` (:class:`~._index.CodeIndex`).
    """

    _rows: StoredRows
    _index: CodeIndex

    @property
    def algorithm_(self):
        """Search algorithm in use."""
        check_is_fitted(self)
        return self._index.choice

    @property
    def n_samples_fit_(self):
        """Number of fitted rows."""
        check_is_fitted(self)
        return self._rows.n

    @property
    def ids_(self):
        """Ids of the fitted rows."""
        check_is_fitted(self)
        return self._rows.ids

    @property
    def packed_codes_(self):
        """Fitted codes, packed."""
        check_is_fitted(self)
        return self._fitted_codes()

    @property
    def labels_(self):
        """Labels of the fitted rows."""
        check_is_fitted(self)
        return None if self._rows.labels is None else self._rows.remaining(self._rows.labels)

    def _packed_codes(self, X, n_bits, reset=False):
        X = opened(X)
        if isinstance(X, PackedRows):
            return self._arrow_codes(X, n_bits, reset)
        if reset:
            self.fingerprint_ = None
        dtype = None if self.packed else "numeric"  # packed bytes must be uint8 already; do not convert them
        X = validate_rows(self, tensor_to_array(X), reset=reset, dtype=dtype, ensure_min_samples=int(reset))
        return check_codes(X, packed=self.packed, n_bits=n_bits, name="X")

    def _arrow_codes(self, codes, n_bits, reset):
        if n_bits not in (None, codes.n_bits):
            raise ValueError(f"X must hold codes of n_bits={n_bits}; got a table of {codes.n_bits} bits.")
        check_fingerprint(codes.fingerprint, None if reset else self.fingerprint_)
        if reset:
            self.__dict__.pop("feature_names_in_", None)
            self.n_features_in_ = codes.packed.shape[1] if self.packed else codes.n_bits
            self.fingerprint_ = codes.fingerprint
        return codes.packed, codes.n_bits

    def _queries(self, X):
        return self._packed_codes(X, self.n_bits_)[0]

    def _fitted_codes(self):
        return self._rows.remaining(self._index.packed)
