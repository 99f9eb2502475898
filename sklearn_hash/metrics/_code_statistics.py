"""Statistics of codes without labels: balance and correlation of bits, entropy and number of codes."""

import numpy as np

from sklearn_hash._compat import validate_params
from sklearn_hash._hamming._distinct import as_words, distinct_columns
from sklearn_hash._validation import check_codes
from sklearn_hash.codes import unpack_codes
from sklearn_hash.metrics._docs import document

__all__ = ["bit_correlation", "code_balance", "code_entropy", "n_distinct_codes"]

_CONSTRAINTS: dict = {"packed": ["boolean"]}
_ROWS_A_BLOCK = 1 << 14  # rows unpacked at once; products of fewer than 2**24 rows are exact in float32


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
@document
def code_balance(codes, *, packed=False, n_bits=None):
    """Compute the fraction of codes in which each bit is set.

    A bit carries most information if it is set in half of the codes, and none if it is the same in all codes.

    Parameters
    ----------
    {codes}

    Returns
    -------
    balance : ndarray of shape (n_bits,)
        Fraction of the codes in which each bit is set.

    Raises
    ------
    ValueError
        If the codes are not valid, or there are none.

    See Also
    --------
    bit_correlation : Correlation of every pair of bits.

    Examples
    --------
    >>> from sklearn_hash.metrics import code_balance
    >>> code_balance([[0, 0, 1], [0, 1, 1], [0, 1, 1], [1, 0, 1]])
    array([0.25, 0.5 , 1.  ])
    """
    packed_codes, n_bits = _check(codes, packed, n_bits)
    return sum(bits.sum(axis=0, dtype=np.int64) for bits in _blocks(packed_codes, n_bits)) / len(packed_codes)


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
@document
def bit_correlation(codes, *, packed=False, n_bits=None):
    """Compute the Pearson correlation of every pair of bits.

    If two bits have a correlation of 1 or -1, one of them is redundant.

    Parameters
    ----------
    {codes}

    Returns
    -------
    correlation : ndarray of shape (n_bits, n_bits)
        Correlation matrix. The row and the column of a bit that is the same in all codes are NaN.

    Raises
    ------
    ValueError
        If the codes are not valid, or there are none.

    See Also
    --------
    code_balance : Fraction of codes in which each bit is set.

    Examples
    --------
    >>> from sklearn_hash.metrics import bit_correlation
    >>> bit_correlation([[0, 0, 1], [0, 1, 1], [1, 0, 0], [1, 1, 0]])
    array([[ 1.,  0., -1.],
           [ 0.,  1.,  0.],
           [-1.,  0.,  1.]])
    """
    packed_codes, n_bits = _check(codes, packed, n_bits)
    both = np.zeros((n_bits, n_bits), dtype=np.int64)
    for bits in _blocks(packed_codes, n_bits):
        values = bits.astype(np.float32)
        both += (values.T @ values).astype(np.int64)
    n_set = np.diagonal(both)
    covariance = len(packed_codes) * both - np.outer(n_set, n_set)
    variance = np.diagonal(covariance).astype(float)
    scale = np.sqrt(np.outer(variance, variance))
    return np.divide(covariance, scale, out=np.full(scale.shape, np.nan), where=scale > 0)


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
@document
def code_entropy(codes, *, packed=False, n_bits=None):
    """Compute the entropy of the distribution of whole codes, in bits.

    The entropy is ``n_bits`` if all possible codes are equally frequent, and 0 if all rows have the same code. For n
    rows it is at most ``log2(n)``.

    Parameters
    ----------
    {codes}

    Returns
    -------
    entropy : float
        Entropy in bits.

    Raises
    ------
    ValueError
        If the codes are not valid, or there are none.

    See Also
    --------
    n_distinct_codes : Number of distinct codes.

    Examples
    --------
    >>> from sklearn_hash.metrics import code_entropy
    >>> code_entropy([[0, 0, 1], [0, 0, 1], [0, 1, 1], [1, 1, 1]])
    1.5
    """
    packed_codes, _ = _check(codes, packed, n_bits)
    share = _frequencies(packed_codes) / len(packed_codes)
    return float(share @ -np.log2(share)) + 0.0  # minus zero becomes zero


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
@document
def n_distinct_codes(codes, *, packed=False, n_bits=None):
    """Count the distinct codes.

    Parameters
    ----------
    {codes}

    Returns
    -------
    n_codes : int
        Number of distinct codes.

    Raises
    ------
    ValueError
        If the codes are not valid, or there are none.

    See Also
    --------
    code_entropy : Entropy, which depends on how often each code occurs.

    Examples
    --------
    >>> from sklearn_hash.metrics import n_distinct_codes
    >>> n_distinct_codes([[0, 0, 1], [0, 0, 1], [0, 1, 1], [1, 1, 1]])
    3
    """
    packed_codes, _ = _check(codes, packed, n_bits)
    return len(_frequencies(packed_codes))


def _check(codes, packed, n_bits):
    packed_codes, n_bits = check_codes(codes, packed=packed, n_bits=n_bits)
    if len(packed_codes) == 0:
        raise ValueError("codes must hold at least one code; got none.")
    return packed_codes, n_bits


def _blocks(packed_codes, n_bits):
    for start in range(0, len(packed_codes), _ROWS_A_BLOCK):
        yield unpack_codes(packed_codes[start : start + _ROWS_A_BLOCK], n_bits)


def _frequencies(packed_codes):
    """Return the number of occurrences of each distinct code."""
    words, weights = distinct_columns(as_words(packed_codes))
    # A code of several words may still occur more than once; a full sort brings its copies together.
    order = np.lexsort(words)
    fresh = np.ones(len(order), dtype=bool)
    np.any(words[:, order[1:]] != words[:, order[:-1]], axis=0, out=fresh[1:])
    return np.add.reduceat(weights[order], np.flatnonzero(fresh))
