"""Fitted rows of a re-ranked search: codes, vectors and ids."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from sklearn_hash.neighbors._hashed_rows import pack_rows
from sklearn_hash.neighbors._index import CodeIndex
from sklearn_hash.neighbors._stored_rows import StoredRows
from sklearn_hash.neighbors._vector_parts import parts_of
from sklearn_hash.neighbors._vector_store import VectorStore

__all__ = ["FittedVectors"]

_DTYPES = [np.float64, np.float32, np.float16, np.int8, np.uint8]


class FittedVectors(BaseEstimator):
    """Fitted attributes of a re-ranked search, and validation of vectors against them.

    ``fit`` of a subclass sets ``hasher_`` and calls ``_store``.
    """

    _rows: StoredRows
    _index: CodeIndex
    _vectors: VectorStore | None

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
    def nbytes_per_row_(self):
        """Number of bytes stored for the code and the vector of one row."""
        check_is_fitted(self)
        return self._index.packed.shape[1] + (0 if self._vectors is None else self._vectors.nbytes_per_row)

    def _store(self, parts, ids, quantizer=None):
        """Store the rows of parts in place of all earlier ones."""
        packed, self.n_bits_ = pack_rows(self.hasher_, parts)
        self._vectors = None
        if self.vectors is not None:
            self._vectors = VectorStore(self.vectors, quantizer)
            self._vectors.append(parts)
        self._rows = StoredRows()
        self._rows.append(len(packed), ids)
        self._index = CodeIndex(packed, self.n_bits_, self.algorithm)

    def _check_parts(self, X, reset=False):
        """Return validated parts, without those that have no rows (one is kept if all are empty)."""
        parts = parts_of(X)
        parts = [part for part in parts if len(parts) == 1 or len(part.vectors)] or parts[:1]
        for part in parts:
            part.vectors = validate_data(
                self,
                part.vectors,
                reset=reset and part is parts[0],
                dtype=_DTYPES,
                order="C",
                ensure_all_finite=False,  # checked block by block
                ensure_min_samples=int(reset),
            )
        return parts

    def _check_rows(self, X):
        """Return vectors as one array."""
        parts = self._check_parts(X)
        return parts[0].vectors if len(parts) == 1 else np.concatenate([part.vectors for part in parts])
