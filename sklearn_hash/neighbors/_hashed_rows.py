"""Hashing of vectors in blocks: fitting the hasher on a sample, and real-valued and packed codes of rows."""

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import assert_all_finite, indexable

from sklearn_hash._compat import _num_samples, _safe_indexing
from sklearn_hash.codes import pack_codes
from sklearn_hash.neighbors._vector_parts import iter_blocks, take_rows

__all__ = ["fit_hasher", "pack_rows", "project_rows"]


def fit_hasher(hasher, parts, y, n_most, random_state):
    """Return a clone of a hasher fitted on the rows of parts, or on a random sample of at most ``n_most`` of them."""
    n = sum(len(part.vectors) for part in parts)
    rows = np.arange(n)
    if n_most is not None and n > n_most:
        rows = np.sort(random_state.choice(n, n_most, replace=False))
        y = None if y is None else _sampled(y, rows, n)
    whole = len(rows) == n and len(parts) == 1
    X = parts[0].vectors if whole else take_rows(parts, rows)
    return clone(hasher).fit(_checked(X), y)


def _sampled(y, rows, n):
    (y,) = indexable(y)
    if _num_samples(y) != n:
        raise ValueError(f"y must hold one target per row of X, {n}; got {_num_samples(y)}.")
    return _safe_indexing(y, rows)


def project_rows(hasher, X):
    """Return the real-valued codes of rows, of shape (n, n_bits), whose signs are the bits."""
    encode = hasher.decision_function if hasattr(hasher, "decision_function") else hasher.transform
    z = encode(_checked(X))
    if sparse.issparse(z) or np.ndim(z) != 2:
        raise ValueError(
            f"hasher must give one real-valued code a row, (n, n_bits); {type(hasher).__name__} gave "
            f"{type(z).__name__} of shape {np.shape(z)}."
        )
    return np.asarray(z)


def pack_rows(hasher, parts):
    """Return the packed codes of the rows of parts, uint8 of shape (n, n_bytes), and the code length."""
    n = sum(len(part.vectors) for part in parts)
    packed, n_bits, first = None, None, 0
    for block in iter_blocks(parts):
        z = project_rows(hasher, block)
        codes = pack_codes(z)
        if packed is None:
            packed, n_bits = np.empty((n, codes.shape[1]), dtype=np.uint8), z.shape[1]
        packed[first : first + len(block)] = codes
        first += len(block)
    return packed, n_bits


def _checked(X):
    """Return rows checked to be finite, in at least single precision as hashers require."""
    assert_all_finite(X, input_name="X")
    return X.astype(np.float32) if X.dtype.itemsize < 4 else X
