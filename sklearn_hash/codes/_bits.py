"""Bits, signs and packed bytes of codes."""

import numpy as np

__all__ = ["bits_from_codes", "signs_from_codes", "pack_codes", "unpack_codes", "packed_width"]


def packed_width(n_bits: int) -> int:
    """Bytes that one packed code takes.

    Parameters
    ----------
    n_bits : int
        Length of the code.

    Returns
    -------
    width : int
        ``ceil(n_bits / 8)``.

    Examples
    --------
    >>> from sklearn_hash.codes import packed_width
    >>> packed_width(32), packed_width(33)
    (4, 5)
    """
    return -(-n_bits // 8)


def bits_from_codes(codes) -> np.ndarray:
    """Codes as 0 and 1.

    Parameters
    ----------
    codes : array-like of shape (n, n_bits)
        Bits, signs, booleans or real-valued codes; a bit is set where the value is positive.

    Returns
    -------
    bits : ndarray of shape (n, n_bits), uint8

    Examples
    --------
    >>> from sklearn_hash.codes import bits_from_codes
    >>> bits_from_codes([[-0.3, 0.0, 2.5]])
    array([[0, 0, 1]], dtype=uint8)
    """
    return (np.asarray(codes) > 0).view(np.uint8)


def signs_from_codes(codes) -> np.ndarray:
    """Codes as -1 and +1.

    Parameters
    ----------
    codes : array-like of shape (n, n_bits)
        Bits, signs, booleans or real-valued codes; a sign is +1 where the value is positive.

    Returns
    -------
    signs : ndarray of shape (n, n_bits), int8

    Examples
    --------
    >>> from sklearn_hash.codes import signs_from_codes
    >>> signs_from_codes([[0, 1, 1]])
    array([[-1,  1,  1]], dtype=int8)
    """
    return (2 * bits_from_codes(codes).astype(np.int8) - 1).astype(np.int8, copy=False)


def pack_codes(codes) -> np.ndarray:
    """Codes as packed bytes; the last byte is filled up with zero bits.

    Parameters
    ----------
    codes : array-like of shape (n, n_bits)
        Bits, signs, booleans or real-valued codes.

    Returns
    -------
    packed : ndarray of shape (n, ceil(n_bits / 8)), uint8

    Examples
    --------
    >>> from sklearn_hash.codes import pack_codes
    >>> pack_codes([[1, 0, 0, 0, 0, 0, 0, 0, 1]])
    array([[128, 128]], dtype=uint8)
    """
    return np.packbits(bits_from_codes(codes), axis=1)


def unpack_codes(packed, n_bits: int | None = None) -> np.ndarray:
    """Packed bytes as 0 and 1.

    Parameters
    ----------
    packed : array-like of shape (n, n_bytes), uint8
    n_bits : int, optional
        How many bits a code has; all 8 of every byte when left out.

    Returns
    -------
    bits : ndarray of shape (n, n_bits), uint8

    Raises
    ------
    ValueError
        If a code of ``n_bits`` does not take exactly ``n_bytes`` bytes.

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
