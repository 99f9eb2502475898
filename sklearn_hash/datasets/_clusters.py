"""Synthetic codes in clusters, like those of a trained hasher."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state

from sklearn_hash._compat import Interval, validate_params
from sklearn_hash.codes import packed_width

__all__ = ["make_clustered_codes"]

_ROWS_PER_BLOCK = 1 << 16  # rows that are unpacked at once


@validate_params(
    {
        "n_samples": [Interval(Integral, 0, None, closed="left")],
        "n_bits": [Interval(Integral, 1, None, closed="left")],
        "n_centers": [Interval(Integral, 1, None, closed="left")],
        "flip": [Interval(Real, 0, 1, closed="both")],
        "packed": ["boolean"],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_clustered_codes(n_samples, n_bits, *, n_centers=100, flip=0.03, packed=False, random_state=None):
    """Generate codes around random centres: each row is a centre with some of its bits flipped.

    Parameters
    ----------
    n_samples : int
        Number of codes.
    n_bits : int
        Code length.
    n_centers : int, default=100
        Number of centres, which are equally likely.
    flip : float, default=0.03
        Probability that a bit differs from the bit of the centre.
    packed : bool, default=False
        Whether to return packed codes.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Returns
    -------
    codes : ndarray of shape (n_samples, n_bits), or (n_samples, ceil(n_bits / 8)) with ``packed=True``, uint8
        Bits, or packed codes.
    y : ndarray of shape (n_samples,)
        Centre number of each row.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    >>> from sklearn_hash.datasets import make_clustered_codes
    >>> codes, y = make_clustered_codes(1000, 32, random_state=0)
    >>> codes.shape, y.shape
    ((1000, 32), (1000,))
    """
    random_state = check_random_state(random_state)
    centers = random_state.randint(2, size=(n_centers, n_bits), dtype=np.uint8)
    y = random_state.randint(n_centers, size=n_samples)
    codes = np.empty((n_samples, packed_width(n_bits) if packed else n_bits), dtype=np.uint8)
    for start in range(0, n_samples, _ROWS_PER_BLOCK):
        block = slice(start, start + _ROWS_PER_BLOCK)
        bits = centers[y[block]]
        bits ^= random_state.random_sample(bits.shape) < flip
        codes[block] = np.packbits(bits, axis=1) if packed else bits
    return codes, y
