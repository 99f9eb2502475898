"""Recognition of the format of codes, to name the converter in an error."""

import numpy as np

from sklearn_hash.codes._bits import packed_width

__all__ = ["check_packed", "conversion_hint", "describe"]

_LARGEST_VALUE = 1 << 31  # of anything else that a code may be the sign of


def conversion_hint(codes, *, without: str = "") -> str:
    """Return a sentence that names the converter of the codes' form, or nothing where the form is not plain.

    Parameters
    ----------
    codes : object
        Anything given as codes.
    without : str, default=""
        The converter that refuses the codes and is not to be named.

    Returns
    -------
    hint : str
        Starts with a space unless it is empty.
    """
    converter = _converter(codes)
    return f" Convert with sklearn_hash.codes.{converter}." if converter not in (None, without) else ""


def describe(array: np.ndarray) -> str:
    """Return the dtype and shape of an array."""
    return f"{array.dtype} of shape {array.shape}"


def check_packed(packed, n_bits: int | None = None, taker: str | None = None) -> tuple[np.ndarray, int]:
    """Return packed codes as an array, after a check that they are a uint8 matrix, and the code length.

    Parameters
    ----------
    packed : array-like of shape (n, n_bytes), uint8
    n_bits : int, optional
        The code length to check for; all bits when left out.
    taker : str, optional
        What takes ``n_bits`` bits in error messages; ``n_bits`` itself when left out.

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
