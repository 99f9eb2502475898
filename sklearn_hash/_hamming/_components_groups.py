"""Grouping of packed codes into near-duplicates; equal codes are compared only once."""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp

from sklearn_hash._hamming._components import connected_codes, pairs_within
from sklearn_hash._hamming._distinct import as_words, distinct_with_inverse

__all__ = ["group_rows", "pair_graph"]


def group_rows(
    packed: np.ndarray,
    n_bits: int,
    radius: int,
    method: str,
    n_jobs: int | None = None,
    progress: Callable | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the group of every row, numbered in the order of first rows, and the first row of every group.

    Parameters
    ----------
    packed : ndarray of shape (n, n_bytes), uint8
        At least one code.
    n_bits : int
    radius : int
    method : {"components", "leader"}
    n_jobs : int, optional
    progress : callable, optional
        Called with the number of codes done since the last call and the total number of codes in all joins.
    """
    from sklearn_hash._hamming._components_kernels import number_by_first

    words, code_of_row = _distinct_in_order(packed)
    if method == "leader":
        from sklearn_hash._hamming._components_leaders import leaders_of_codes

        group_of_code = leaders_of_codes(words, n_bits, radius, n_jobs, progress)
    else:
        group_of_code = connected_codes(words, n_bits, radius, n_jobs, progress)
    return number_by_first(group_of_code[code_of_row], len(words))


def pair_graph(packed: np.ndarray, n_bits: int, radius: int, n_jobs: int | None = None) -> sp.csr_array:
    """Return the distances of all pairs of rows within the radius, without the diagonal; zeros are stored."""
    words, code_of_row = _distinct_in_order(packed)
    low, high, distances = pairs_within(words, n_bits, radius, n_jobs)
    codes = np.arange(len(words))
    # One is added to distances until the end, so that products of sparse matrices do not drop zeros.
    data = np.concatenate([distances + 1, distances + 1, np.ones(len(words), np.int32)])
    places = np.concatenate([low, high, codes]), np.concatenate([high, low, codes])
    of_codes = sp.csr_array((data, places), shape=(len(words), len(words)))
    members = sp.csr_array(
        (np.ones(len(packed), np.int32), code_of_row, np.arange(len(packed) + 1)), shape=(len(packed), len(words))
    )
    pairs = (members @ of_codes @ members.T).tocoo()
    other = pairs.row != pairs.col
    graph = sp.csr_array((pairs.data[other] - 1, (pairs.row[other], pairs.col[other])), shape=pairs.shape)
    graph.sort_indices()
    return graph


def _distinct_in_order(packed):
    """Return distinct codes as (n, n_words) words in the order of first occurrence, and the code of each row."""
    from sklearn_hash._hamming._components_kernels import number_by_first

    distinct, code = distinct_with_inverse(as_words(packed))
    code_of_row, first = number_by_first(code, distinct.shape[1])
    return np.ascontiguousarray(distinct[:, code[first]].T), code_of_row
