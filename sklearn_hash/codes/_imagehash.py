"""Packed codes as the boolean arrays of the imagehash package, which need not be installed."""

from math import prod

import numpy as np

from sklearn_hash.codes._forms import check_packed, conversion_hint, describe

__all__ = ["imagehash_from_packed", "packed_from_imagehash"]


def packed_from_imagehash(hashes) -> np.ndarray:
    """Return packed codes of image hashes, row of bits after row of bits.

    Parameters
    ----------
    hashes : sequence of n objects with a boolean array ``hash``, or boolean array of shape (n, height, width)
        Hashes of the imagehash package, or their arrays: (n, 8, 8) with its default size.

    Returns
    -------
    packed : ndarray of shape (n, ceil(height * width / 8)), uint8

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
    """Return packed codes as the boolean arrays from which ``imagehash.ImageHash`` objects are made.

    Parameters
    ----------
    packed : array-like of shape (n, n_bytes), uint8
    shape : tuple of 2 int, default=(8, 8)
        Height and width of a hash.

    Returns
    -------
    hashes : ndarray of shape (n, height, width), bool
        What :func:`packed_from_imagehash` turns back into ``packed``.

    Raises
    ------
    ValueError
        If ``packed`` is no uint8 matrix, a hash of this shape does not take exactly ``n_bytes`` bytes, or bits behind
        it are set.

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
    """The array of every hash, stacked; what else comes is returned as an array to be refused."""
    if not isinstance(hashes, list | tuple | np.ndarray):
        hashes = list(hashes) if hasattr(hashes, "__iter__") else [hashes]
    arrays = [np.asarray(getattr(each, "hash", each)) for each in hashes]
    if len({array.shape for array in arrays}) > 1:
        raise ValueError(f"hashes must have one shape; got {arrays[0].shape} and others.")
    return np.stack(arrays) if arrays else np.empty((0, 0, 0), bool)
