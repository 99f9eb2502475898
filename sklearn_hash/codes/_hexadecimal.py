"""Conversion between packed codes and hexadecimal strings."""

import numpy as np

from sklearn_hash.codes._bits import packed_width
from sklearn_hash.codes._forms import check_packed, conversion_hint, describe

__all__ = ["hex_from_packed", "packed_from_hex"]

_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
_NO_DIGIT = 255
_VALUES = np.full(128, _NO_DIGIT, np.uint8)
_VALUES[_DIGITS] = np.arange(16)
_VALUES[np.frombuffer(b"ABCDEF", np.uint8)] = np.arange(10, 16)


def packed_from_hex(strings, n_bits: int | None = None) -> np.ndarray:
    """Convert hexadecimal strings, whose first digit holds the first bits, to packed codes.

    Parameters
    ----------
    strings : array-like of shape (n,), str
        Strings with equal numbers of digits, in upper or lower case and without a prefix.
    n_bits : int, default=None
        Code length. If given, a string is a number of ``n_bits`` bits in ``ceil(n_bits / 4)`` digits, the format of
        ``str(imagehash.ImageHash)``. By default, a string holds the bytes of a packed code, two digits each. For a code
        length that is a multiple of 8, both formats are the same.

    Returns
    -------
    packed : ndarray of shape (n, n_bytes), uint8
        Packed codes.

    Raises
    ------
    ValueError
        If the numbers of digits differ or do not match ``n_bits``, a character is not a hexadecimal digit, or a number
        has more than ``n_bits`` bits.

    Examples
    --------
    >>> from sklearn_hash.codes import packed_from_hex
    >>> packed_from_hex(["00ff", "C001"])
    array([[  0, 255],
           [192,   1]], dtype=uint8)
    >>> packed_from_hex(["1ff"], n_bits=9)
    array([[255, 128]], dtype=uint8)
    """
    digits = _digits(strings)
    n, n_digits = digits.shape
    if n_bits is None and n_digits % 2:
        raise ValueError(f"strings must have two digits per byte; got {n_digits} digits. Pass n_bits.")
    if n_bits is None:
        return digits[:, 0::2] << 4 | digits[:, 1::2]
    if n_bits < 1 or (n and n_digits != -(-n_bits // 4)):
        raise ValueError(f"strings must have ceil(n_bits / 4) digits for n_bits={n_bits}; got {n_digits}.")
    if n == 0:
        return np.empty((0, packed_width(n_bits)), np.uint8)
    bits = np.unpackbits(digits[:, :, None], axis=2)[:, :, 4:].reshape(n, 4 * n_digits)
    spare = 4 * n_digits - n_bits
    if (too_large := bits[:, :spare].any(axis=1)).any():
        raise ValueError(f"strings must be numbers below 2 ** {n_bits}; row {too_large.argmax()} is not.")
    return np.packbits(bits[:, spare:], axis=1)


def hex_from_packed(packed, n_bits: int | None = None) -> np.ndarray:
    """Convert packed codes to hexadecimal strings in lower case, whose first digit holds the first bits.

    Parameters
    ----------
    packed : array-like of shape (n, n_bytes), uint8
        Packed codes.
    n_bits : int, default=None
        Code length. If given, a string is a number of ``n_bits`` bits in ``ceil(n_bits / 4)`` digits, the format of
        ``str(imagehash.ImageHash)``. By default, a string holds the bytes of a packed code, two digits each.

    Returns
    -------
    strings : ndarray of shape (n,), str
        Strings, which :func:`packed_from_hex` converts back with the same ``n_bits``.

    Raises
    ------
    ValueError
        If ``packed`` is not a uint8 matrix, codes of ``n_bits`` bits do not have ``n_bytes`` bytes, or padding bits are
        set.

    Examples
    --------
    >>> from sklearn_hash.codes import hex_from_packed
    >>> hex_from_packed([[0, 255], [192, 1]]).tolist()
    ['00ff', 'c001']
    """
    packed, n_bits = check_packed(packed, n_bits)
    n_digits = -(-n_bits // 4)
    bits = np.zeros((len(packed), n_digits, 4), np.uint8)
    bits.reshape(len(packed), 4 * n_digits)[:, 4 * n_digits - n_bits :] = np.unpackbits(packed, axis=1, count=n_bits)
    digits = _DIGITS[bits @ np.array([8, 4, 2, 1], np.uint8)].astype(np.uint32)
    return digits.view(f"U{n_digits}").reshape(len(digits))


def _digits(strings):
    """Return the values of the digits of strings, uint8 of shape (n, n_digits)."""
    array = np.asarray(strings)
    if array.dtype.kind == "O" and all(isinstance(string, str) for string in array.flat):
        array = array.astype(str)
    array = array.astype(str) if array.dtype.kind in "ST" else array
    if array.ndim != 1 or (array.dtype.kind != "U" and array.size):
        hint = conversion_hint(strings, without="packed_from_hex")
        raise ValueError(f"strings must be str of shape (n,); got {describe(array)}.{hint}")
    if not array.size:
        return np.empty((0, 0), np.uint8)
    lengths = np.strings.str_len(array)
    if (other := lengths != lengths[0]).any() or not lengths[0]:
        row = other.argmax()
        raise ValueError(
            f"strings must all have the same number of digits; row 0 has {lengths[0]}, row {row} {lengths[row]}."
        )
    points = np.ascontiguousarray(array, array.dtype.newbyteorder("=")).view(np.uint32).reshape(len(array), -1)
    values = _VALUES[np.minimum(points, 127)]
    if (wrong := (values == _NO_DIGIT).any(axis=1)).any():
        row = wrong.argmax()
        raise ValueError(f"strings must hold hexadecimal digits only; row {row} is {str(array[row])[:40]!r}.")
    return values
