"""What a valid code matrix is."""

import numbers

import numpy as np
from sklearn.utils import check_array

from sklearn_hash.codes import pack_codes, packed_width

__all__ = ["check_codes"]


def check_codes(codes, *, packed=False, n_bits=None, name="codes") -> tuple[np.ndarray, int]:
    """Check a code matrix and return it as packed bytes with its code length.

    Parameters
    ----------
    codes : array-like of shape (n, n_bits), or (n, n_bytes) uint8 with ``packed=True``
        Bits, signs, booleans or real values (a bit is set where the value is positive), or packed bytes. Whether
        they are packed is never guessed.
    packed : bool, default=False
    n_bits : int, optional
        The code length that is expected; needed with ``packed=True`` when it is not a multiple of 8.
    name : str, default="codes"
        What error messages call the matrix.

    Returns
    -------
    packed : ndarray of shape (n, n_bytes), uint8
        The very same array when it came packed; read-only memory maps are fine.
    n_bits : int

    Raises
    ------
    ValueError
        If the matrix is not two-dimensional and finite, has another width than expected, or is not uint8 although
        said to be packed.
    """
    if n_bits is not None and (not isinstance(n_bits, numbers.Integral) or n_bits < 1):
        raise ValueError(f"n_bits must be a positive integer; got {n_bits!r}.")
    if packed:
        return _check_packed(codes, n_bits, name)
    codes = check_array(codes, dtype="numeric", ensure_min_samples=0, input_name=name)
    if n_bits is not None and codes.shape[1] != n_bits:
        raise ValueError(f"{name} must have n_bits={n_bits} columns; got {codes.shape[1]}.")
    return pack_codes(codes), codes.shape[1]


def _check_packed(codes, n_bits, name):
    codes = codes if isinstance(codes, np.ndarray) else np.asarray(codes)
    if codes.ndim != 2 or codes.dtype != np.uint8:
        raise ValueError(
            f"{name} must be a uint8 array of shape (n, n_bytes) with packed=True; got {codes.dtype} of shape "
            f"{codes.shape}. Pack codes with sklearn_hash.codes.pack_codes, or pass packed=False."
        )
    n_bits = 8 * codes.shape[1] if n_bits is None else int(n_bits)
    if packed_width(n_bits) != codes.shape[1]:
        raise ValueError(
            f"{name} must have {packed_width(n_bits)} bytes a row for n_bits={n_bits}; got {codes.shape[1]}."
        )
    spare = 8 * codes.shape[1] - n_bits
    if spare and (codes[:, -1] & ((1 << spare) - 1)).any():
        raise ValueError(f"{name} must have its last {spare} bits at zero for n_bits={n_bits}.")
    return codes, n_bits
