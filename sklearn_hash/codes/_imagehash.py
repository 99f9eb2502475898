"""Conversion between packed codes and the boolean arrays of the imagehash package, which is not required."""

from math import prod

import numpy as np

from sklearn_hash.codes._forms import check_packed, conversion_hint, describe

__all__ = ["imagehash_from_packed", "packed_from_imagehash"]


def packed_from_imagehash(hashes) -> np.ndarray:
    """Convert image hashes to packed codes, with the bits of an image hash in row-major order.

    Parameters
    ----------
    hashes : sequence of n objects with a boolean array ``hash``, or boolean array of shape (n, height, width)
        Hashes of the imagehash package, or their arrays, of shape (n, 8, 8) with its default size.

    Returns
    -------
    packed : ndarray of shape (n, ceil(height * width / 8)), uint8
        Packed codes.

    Raises
    ------
    ValueError
        If an array is not boolean, or the hashes differ in shape.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_hash.codes import packed_from_imagehash
    >>> packed_from_imagehash(np.eye(8, dtype=bool)[None])
    array([[128,  64,  32,  16,   8,   4,   2,   1]], dtype=uint8)
    """
    arrays = hashes if isinstance(hashes, np.ndarray) and hashes.dtype != object else _arrays(hashes)
    if arrays.dtype != bool or arrays.ndim != 3:
        raise ValueError(
            f"hashes must be objects with a boolean array hash, or boolean of shape (n, height, width); got "
            f"{describe(arrays)}.{conversion_hint(hashes, without='packed_from_imagehash')}"
        )
    return np.packbits(arrays.reshape(len(arrays), prod(arrays.shape[1:])), axis=1)


def imagehash_from_packed(packed, shape=(8, 8)) -> np.ndarray:
    """Convert packed codes to the boolean arrays from which ``imagehash.ImageHash`` objects are made.

    Parameters
    ----------
    packed : array-like of shape (n, n_bytes), uint8
        Packed codes.
    shape : tuple of 2 int, default=(8, 8)
        Height and width of a hash.

    Returns
    -------
    hashes : ndarray of shape (n, height, width), bool
        Boolean arrays, which :func:`packed_from_imagehash` converts back.

    Raises
    ------
    ValueError
        If ``packed`` is not a uint8 matrix, hashes of this shape do not have ``n_bytes`` bytes, or padding bits are
        set.

    Examples
    --------
    >>> from sklearn_hash.codes import imagehash_from_packed
    >>> imagehash_from_packed([[0b1001_0000]], shape=(2, 2))
    array([[[ True, False],
            [False,  True]]])
    """
    packed, n_bits = check_packed(packed, prod(shape), taker=f"shape={tuple(shape)}")
    return np.unpackbits(packed, axis=1, count=n_bits).astype(bool).reshape(len(packed), *shape)


def _arrays(hashes):
    """Return the stacked arrays of the hashes; any other input is returned as an array, which the caller refuses."""
    if not isinstance(hashes, list | tuple | np.ndarray):
        hashes = list(hashes) if hasattr(hashes, "__iter__") else [hashes]
    arrays = [np.asarray(getattr(each, "hash", each)) for each in hashes]
    if len({array.shape for array in arrays}) > 1:
        raise ValueError(f"hashes must have one shape; got {arrays[0].shape} and others.")
    return np.stack(arrays) if arrays else np.empty((0, 0, 0), bool)
