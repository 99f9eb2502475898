"""Recognition of the form of codes, to name the converter in an error message."""

import numpy as np

from sklearn_hash.codes._bits import packed_width

__all__ = ["check_packed", "conversion_hint", "describe"]

_LARGEST_VALUE = 1 << 31  # of numbers whose signs may be codes


def conversion_hint(codes, *, without: str = "") -> str:
    """Return a sentence that names the converter for the form of the codes, or "" if the form is not recognised.

    Parameters
    ----------
    codes : object
        Any object that was given as codes.
    without : str, default=""
        Converter that is not named, because it has refused the codes.

    Returns
    -------
    hint : str
        The sentence, which starts with a space unless it is empty.
    """
    converter = _converter(codes)
    return f" Convert with sklearn_hash.codes.{converter}." if converter not in (None, without) else ""


def describe(array: np.ndarray) -> str:
    """Return the dtype and shape of an array."""
    return f"{array.dtype} of shape {array.shape}"


def check_packed(packed, n_bits: int | None = None, taker: str | None = None) -> tuple[np.ndarray, int]:
    """Check that packed codes are a uint8 matrix, and return them with the code length.

    Parameters
    ----------
    packed : array-like of shape (n, n_bytes), uint8
    n_bits : int, optional
        Expected code length; by default 8 times the number of bytes.
    taker : str, optional
        Name in error messages of the argument that sets the code length; by default ``n_bits``.

    Returns
    -------
    packed : ndarray of shape (n, n_bytes), uint8
    n_bits : int
    """
    array = packed if isinstance(packed, np.ndarray) else np.asarray(packed, dtype=np.uint8)
    if array.dtype != np.uint8 or array.ndim != 2:
        hint = conversion_hint(packed) or " Pack bits or signs with sklearn_hash.codes.pack_codes."
        raise ValueError(f"packed must be uint8 of shape (n, n_bytes); got {describe(array)}.{hint}")
    n_bytes = array.shape[1]
    n_bits = 8 * n_bytes if n_bits is None else n_bits
    if n_bits < 1 or packed_width(n_bits) != n_bytes:
        taker = taker or f"n_bits={n_bits}"
        raise ValueError(f"{taker} takes {packed_width(n_bits)} bytes per code, but packed has {n_bytes}.")
    spare = 8 * n_bytes - n_bits
    if spare and (array[:, -1] & ((1 << spare) - 1)).any():
        raise ValueError(f"packed must have its last {spare} bits at zero for codes of {n_bits} bits.")
    return array, n_bits


def _converter(codes):
    first = _first_element(codes)
    if isinstance(first, str | bytes):
        return "packed_from_hex"
    if hasattr(getattr(first, "hash", None), "shape"):
        return "packed_from_imagehash"
    try:
        array = np.asarray(codes)
    except ValueError:  # rows of different lengths
        return None
    if array.dtype.kind in "US" or isinstance(_first_element(array), str | bytes):
        return "packed_from_hex"
    if array.dtype == bool and array.ndim == 3:
        return "packed_from_imagehash"
    if array.size and array.dtype.kind in "iu":
        return _converter_of_integers(array)
    return None


def _first_element(codes):
    if isinstance(codes, np.ndarray):
        return codes.flat[0] if codes.size else None
    return codes[0] if isinstance(codes, list | tuple) and codes else codes


def _converter_of_integers(array):
    low, high = int(array.min()), int(array.max())
    if array.dtype == np.int8 and (low < -1 or high > 1):
        return "packed_from_int8"
    if array.dtype.itemsize >= 4 and (array.ndim == 1 or max(-low, high) >= _LARGEST_VALUE):
        return "packed_from_integers"
    return None
