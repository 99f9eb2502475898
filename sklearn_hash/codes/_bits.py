"""Conversion between bits, signs and packed codes."""

import numpy as np

__all__ = ["bits_from_codes", "signs_from_codes", "pack_codes", "unpack_codes", "packed_width"]


def packed_width(n_bits: int) -> int:
    """Return the number of bytes of a packed code.

    Parameters
    ----------
    n_bits : int
        Code length.

    Returns
    -------
    width : int
        Number of bytes, ``ceil(n_bits / 8)``.

    Examples
    --------
    >>> from sklearn_hash.codes import packed_width
    >>> packed_width(32), packed_width(33)
    (4, 5)
    """
    return -(-n_bits // 8)


def bits_from_codes(codes) -> np.ndarray:
    """Convert codes to bits.

    Parameters
    ----------
    codes : array-like of shape (n, n_bits)
        Bits, signs, booleans or real-valued codes; a bit is set where the value is positive.

    Returns
    -------
    bits : ndarray of shape (n, n_bits), uint8
        Codes of 0 and 1.

    Examples
    --------
    >>> from sklearn_hash.codes import bits_from_codes
    >>> bits_from_codes([[-0.3, 0.0, 2.5]])
    array([[0, 0, 1]], dtype=uint8)
    """
    return (np.asarray(codes) > 0).view(np.uint8)


def signs_from_codes(codes) -> np.ndarray:
    """Convert codes to signs.

    Parameters
    ----------
    codes : array-like of shape (n, n_bits)
        Bits, signs, booleans or real-valued codes; a sign is +1 where the value is positive.

    Returns
    -------
    signs : ndarray of shape (n, n_bits), int8
        Codes of -1 and +1.

    Examples
    --------
    >>> from sklearn_hash.codes import signs_from_codes
    >>> signs_from_codes([[0, 1, 1]])
    array([[-1,  1,  1]], dtype=int8)
    """
    return (2 * bits_from_codes(codes).astype(np.int8) - 1).astype(np.int8, copy=False)


def pack_codes(codes) -> np.ndarray:
    """Convert codes to packed codes.

    Parameters
    ----------
    codes : array-like of shape (n, n_bits)
        Bits, signs, booleans or real-valued codes; a bit is set where the value is positive.

    Returns
    -------
    packed : ndarray of shape (n, ceil(n_bits / 8)), uint8
        Packed codes. The last byte of a code is padded with zero bits.

    Examples
    --------
    >>> from sklearn_hash.codes import pack_codes
    >>> pack_codes([[1, 0, 0, 0, 0, 0, 0, 0, 1]])
    array([[128, 128]], dtype=uint8)
    """
    return np.packbits(bits_from_codes(codes), axis=1)


def unpack_codes(packed, n_bits: int | None = None) -> np.ndarray:
    """Convert packed codes to bits.

    Parameters
    ----------
    packed : array-like of shape (n, n_bytes), uint8
        Packed codes.
    n_bits : int, default=None
        Code length; by default 8 times the number of bytes.

    Returns
    -------
    bits : ndarray of shape (n, n_bits), uint8
        Codes of 0 and 1.

    Raises
    ------
    ValueError
        If codes of ``n_bits`` bits do not have ``n_bytes`` bytes.

    Examples
    --------
    >>> from sklearn_hash.codes import unpack_codes
    >>> unpack_codes([[128, 128]], n_bits=9)
    array([[1, 0, 0, 0, 0, 0, 0, 0, 1]], dtype=uint8)
    """
    packed = np.asarray(packed, dtype=np.uint8)
    if n_bits is not None and packed_width(n_bits) != packed.shape[1]:
        raise ValueError(
            f"n_bits={n_bits} takes {packed_width(n_bits)} bytes a code, but packed has {packed.shape[1]}."
        )
    return np.unpackbits(packed, axis=1, count=n_bits)
