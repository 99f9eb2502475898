"""Conversion between packed codes and integers of 64 or 32 bits, or int8 bytes as in sentence-transformers."""

from contextlib import suppress
from numbers import Integral

import numpy as np

from sklearn_hash.codes._forms import check_packed, conversion_hint, describe

__all__ = ["int8_from_packed", "integers_from_packed", "packed_from_int8", "packed_from_integers"]

_KINDS = ("uint64", "int64", "uint32", "int32")


def packed_from_integers(integers) -> np.ndarray:
    """Convert integers, whose highest bit is the first bit of the code, to packed codes.

    Parameters
    ----------
    integers : array-like of shape (n,) or (n, n_words), uint64, int64, uint32 or int32
        One or more words per code, in the order of the bits. The sign bit of a signed word is an ordinary bit.
        Databases often store image hashes in this form, as signed 64-bit integers.

    Returns
    -------
    packed : ndarray of shape (n, n_words * 8), or (n, n_words * 4) for words of 32 bits, uint8
        Packed codes.

    Raises
    ------
    ValueError
        If the integers have another type or shape. Floats are refused since they represent only 53 bits exactly.

    Examples
    --------
    >>> from sklearn_hash.codes import packed_from_integers
    >>> packed_from_integers([1, -1])
    array([[  0,   0,   0,   0,   0,   0,   0,   1],
           [255, 255, 255, 255, 255, 255, 255, 255]], dtype=uint8)
    """
    words = _integer_array(integers)
    if words.dtype.name not in _KINDS or words.ndim not in (1, 2) or words.shape[1:] == (0,):
        raise ValueError(
            f"integers must be {', '.join(_KINDS[:-1])} or {_KINDS[-1]} of shape (n,) or (n, n_words); got "
            f"{describe(words)}.{conversion_hint(integers, without='packed_from_integers')}"
        )
    big_endian = np.ascontiguousarray(words[:, None] if words.ndim == 1 else words, words.dtype.newbyteorder(">"))
    return big_endian.view(np.uint8)


def integers_from_packed(packed, dtype="uint64") -> np.ndarray:
    """Convert packed codes to integers, whose highest bit is the first bit of the code.

    Parameters
    ----------
    packed : array-like of shape (n, n_bytes), uint8
        Packed codes.
    dtype : {"uint64", "int64", "uint32", "int32"} or dtype, default="uint64"
        Type of a word; its number of bytes must divide ``n_bytes``.

    Returns
    -------
    integers : ndarray of shape (n,), or (n, n_words) for codes of more than one word
        Integers, which :func:`packed_from_integers` converts back.

    Raises
    ------
    ValueError
        If ``packed`` is not a uint8 matrix, ``dtype`` is not supported, or ``n_bytes`` is not a multiple of the size of
        a word.

    Examples
    --------
    >>> from sklearn_hash.codes import integers_from_packed
    >>> integers_from_packed([[255, 255, 255, 255, 255, 255, 255, 254]], dtype="int64")
    array([-2])
    """
    (packed, _), word = check_packed(packed), np.dtype(dtype)
    if word.name not in _KINDS:
        raise ValueError(f"dtype must be {', '.join(_KINDS[:-1])} or {_KINDS[-1]}; got {word}.")
    if packed.shape[1] == 0 or packed.shape[1] % word.itemsize:
        raise ValueError(
            f"packed must have a multiple of {word.itemsize} bytes per code for dtype={word.name}; got "
            f"{packed.shape[1]}. hex_from_packed takes any number."
        )
    words = np.ascontiguousarray(packed).view(word.newbyteorder(">")).astype(word)
    return words[:, 0] if words.shape[1] == 1 else words


def packed_from_int8(codes) -> np.ndarray:
    """Convert int8 bytes, which are packed bytes minus 128, to packed codes.

    Parameters
    ----------
    codes : array-like of shape (n, n_bytes), int8
        Packed bytes minus 128, as returned by sentence-transformers with ``precision="binary"``. The result of
        ``precision="ubinary"`` needs no conversion, since it is already packed codes.

    Returns
    -------
    packed : ndarray of shape (n, n_bytes), uint8
        Packed codes.

    Raises
    ------
    ValueError
        If ``codes`` is not an int8 matrix.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_hash.codes import packed_from_int8
    >>> packed_from_int8(np.array([[-128, 0, 127]], dtype=np.int8))
    array([[  0, 128, 255]], dtype=uint8)
    """
    array = np.asarray(codes)
    if array.dtype != np.int8 or array.ndim != 2:
        hint = (
            " Codes of uint8 are packed already."
            if array.dtype == np.uint8
            else conversion_hint(codes, without="packed_from_int8")
        )
        raise ValueError(f"codes must be int8 of shape (n, n_bytes); got {describe(array)}.{hint}")
    return array.view(np.uint8) ^ np.uint8(128)


def int8_from_packed(packed) -> np.ndarray:
    """Convert packed codes to int8 bytes, which are packed bytes minus 128.

    Parameters
    ----------
    packed : array-like of shape (n, n_bytes), uint8
        Packed codes.

    Returns
    -------
    codes : ndarray of shape (n, n_bytes), int8
        Packed bytes minus 128, which :func:`packed_from_int8` converts back.

    Raises
    ------
    ValueError
        If ``packed`` is not a uint8 matrix.

    Examples
    --------
    >>> from sklearn_hash.codes import int8_from_packed
    >>> int8_from_packed([[0, 128, 255]])
    array([[-128,    0,  127]], dtype=int8)
    """
    return (check_packed(packed)[0] ^ np.uint8(128)).view(np.int8)


def _integer_array(integers):
    """Return integers as an array; numpy converts a list with values below and above 2**63 to floats."""
    array = np.asarray(integers)
    if array.dtype == object or (array.dtype.kind == "f" and isinstance(integers, list | tuple)):
        objects = np.asarray(integers, dtype=object)
        if objects.size and all(isinstance(integer, Integral) for integer in objects.flat):
            with suppress(OverflowError):  # a value is negative or has more than 64 bits
                return objects.astype(np.uint64)
    return array
