"""What codes look like, whatever their labels: whether bits are balanced, independent, and put to use."""

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
    """Share of the codes that have each bit set.

    A bit tells most where it is set in half of the codes; one at 0 or 1 is the same in all of them and tells
    nothing.

    Parameters
    ----------
    {codes}

    Returns
    -------
    balance : ndarray of shape (n_bits,)

    Raises
    ------
    ValueError
        If the codes are malformed, or there are none.

    See Also
    --------
    bit_correlation : Whether bits repeat each other.

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
    """Pearson correlation of every two bits.

    Two bits at 1 or -1 tell the same: one of them is wasted.

    Parameters
    ----------
    {codes}

    Returns
    -------
    correlation : ndarray of shape (n_bits, n_bits)
        1 on the diagonal. A bit that is the same in all codes correlates with none, itself included: NaN.

    Raises
    ------
    ValueError
        If the codes are malformed, or there are none.

    See Also
    --------
    code_balance : How often each bit is set.

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
    """Entropy of the distribution of whole codes, in bits.

    What a code tells of its row: ``n_bits`` where every code is equally frequent, 0 where all rows have the same.
    n rows show no more than ``log2(n)``.

    Parameters
    ----------
    {codes}

    Returns
    -------
    entropy : float

    Raises
    ------
    ValueError
        If the codes are malformed, or there are none.

    See Also
    --------
    n_distinct_codes : How many codes occur at all.

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
    """How many different codes there are.

    Parameters
    ----------
    {codes}

    Returns
    -------
    n_codes : int

    Raises
    ------
    ValueError
        If the codes are malformed, or there are none.

    See Also
    --------
    code_entropy : How evenly the codes are used.

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
    """How often each code occurs."""
    words, weights = distinct_columns(as_words(packed_codes))
    # A code of several words may come in more than one copy; in a full sort the copies meet.
    order = np.lexsort(words)
    fresh = np.ones(len(order), dtype=bool)
    np.any(words[:, order[1:]] != words[:, order[:-1]], axis=0, out=fresh[1:])
    return np.add.reduceat(weights[order], np.flatnonzero(fresh))
