"""Checks of code matrices and similarity matrices."""

import numbers

import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from sklearn_hash._tensors import tensor_to_array
from sklearn_hash._validate_rows import is_valid_array
from sklearn_hash.codes import pack_codes, packed_width
from sklearn_hash.codes._forms import conversion_hint

__all__ = ["check_codes", "check_similarity"]


def check_codes(codes, *, packed=False, n_bits=None, name="codes") -> tuple[np.ndarray, int]:
    """Check a code matrix and return it as packed bytes with its code length.

    Parameters
    ----------
    codes : array-like of shape (n, n_bits), or (n, n_bytes) uint8 with ``packed=True``
        Bits, signs, booleans or real values (a bit is set where the value is positive), or packed bytes.
    packed : bool, default=False
    n_bits : int, optional
        Expected code length; required with ``packed=True`` when it is not a multiple of 8.
    name : str, default="codes"
        Name of the matrix in error messages.

    Returns
    -------
    packed : ndarray of shape (n, n_bytes), uint8
        The input array itself if it is packed.
    n_bits : int
        Code length.

    Raises
    ------
    ValueError
        If the matrix is not two-dimensional and finite, does not have the expected width, is not uint8 with
        ``packed=True``, or is uint8 with values above 1 with ``packed=False``. For codes in other forms, such as
        integers or hexadecimal strings, the message names the function that converts them.
    """
    if n_bits is not None and (not isinstance(n_bits, numbers.Integral) or isinstance(n_bits, bool) or n_bits < 1):
        raise ValueError(f"n_bits must be a positive integer; got {n_bits!r:.60}.")
    if packed:
        return _check_packed(codes, n_bits, name)
    codes = tensor_to_array(codes, name)
    if hint := conversion_hint(codes, without="packed_from_int8"):
        raise ValueError(f"{name} must be bits, signs or real values of shape (n, n_bits).{hint}")
    if not is_valid_array(codes):
        codes = check_array(codes, dtype="numeric", ensure_min_samples=0, input_name=name)
    if n_bits is not None and codes.shape[1] != n_bits:
        raise ValueError(f"{name} must have n_bits={n_bits} columns; got {codes.shape[1]}.")
    _refuse_bytes(codes, name)
    return pack_codes(codes), codes.shape[1]


def _refuse_bytes(codes, name):
    """Raise an error for packed bytes passed as bits, where each byte would be read as one bit."""
    if codes.dtype == np.uint8 and (largest := codes.max(initial=0)) > 1:
        raise ValueError(
            f"{name} must hold bits of 0 and 1 if it is uint8 and packed=False; got {largest}. Pass packed=True for "
            f"packed bytes, or {name} > 0 for other numbers whose signs are the bits."
        )


def _check_packed(codes, n_bits, name):
    codes = tensor_to_array(codes, name)
    codes = codes if isinstance(codes, np.ndarray) else np.asarray(codes)
    if codes.ndim != 2 or codes.dtype != np.uint8:
        hint = conversion_hint(codes) or " Pack codes with sklearn_hash.codes.pack_codes, or pass packed=False."
        raise ValueError(
            f"{name} must be a uint8 array of shape (n, n_bytes) with packed=True; got {codes.dtype!s:.60} of shape "
            f"{codes.shape}.{hint}"
        )
    if codes.shape[1] == 0:
        raise ValueError(f"{name} must have at least one byte a row; got none.")
    n_bits = 8 * codes.shape[1] if n_bits is None else int(n_bits)
    if packed_width(n_bits) != codes.shape[1]:
        raise ValueError(
            f"{name} must have {packed_width(n_bits)} bytes a row for n_bits={n_bits}; got {codes.shape[1]}."
        )
    spare = 8 * codes.shape[1] - n_bits
    if spare and (codes[:, -1] & ((1 << spare) - 1)).any():
        raise ValueError(f"{name} must have its last {spare} bits at zero for n_bits={n_bits}.")
    return codes, n_bits


def check_similarity(similarity, *, n=None, name="similarity"):
    """Check a matrix of pairwise similarities.

    Parameters
    ----------
    similarity : array-like or sparse matrix of shape (n, n)
        Values in [0, 1], or NaN for unknown pairs. Entries that a sparse matrix does not store are 0.
    n : int, optional
        Expected number of rows.
    name : str, default="similarity"
        Name of the matrix in error messages.

    Returns
    -------
    similarity : ndarray or CSR of shape (n, n), float32

    Raises
    ------
    ValueError
        If the matrix is not square, not symmetric or not of the expected size, or has a value outside [0, 1].
    """
    similarity = check_array(
        similarity, accept_sparse="csr", dtype=np.float32, ensure_all_finite="allow-nan", input_name=name
    )
    if similarity.shape[0] != similarity.shape[1]:
        raise ValueError(f"{name} must be a square matrix of pairs; got shape {similarity.shape}.")
    if n is not None and similarity.shape[0] != n:
        raise ValueError(f"{name} must have one row and column for each of the {n} rows of X; got {similarity.shape}.")
    values = similarity.data if sparse.issparse(similarity) else similarity
    outside = values[(values < 0) | (values > 1)]
    if outside.size:
        raise ValueError(f"{name} must lie in [0, 1], with NaN for unknown pairs; got {outside.flat[0]:g}.")
    if not _is_symmetric(similarity):
        raise ValueError(
            f"{name} must be symmetric; got a matrix that differs from its transpose. (S + S.T) / 2 is symmetric."
        )
    return similarity


def _is_symmetric(matrix):
    if sparse.issparse(matrix):
        # The difference of two NaN is NaN, so unknown pairs are replaced by a value outside [0, 1].
        known = matrix.copy()
        known.data = np.nan_to_num(known.data, nan=2.0)
        return not (abs(known - known.T) > 1e-6).nnz
    return np.allclose(matrix, matrix.T, rtol=0, atol=1e-6, equal_nan=True)
