"""Validation of row labels, and concatenation of the labels of several batches."""

import numpy as np
import scipy.sparse as sp

from sklearn_hash._class_labels import plain_labels, refuse_continuous, refuse_ragged
from sklearn_hash._tensors import tensor_to_array

__all__ = ["check_labels", "join_labels"]


def check_labels(y, n):
    """Return labels of ``n`` rows as an array or a CSR matrix.

    Parameters
    ----------
    y : {array-like, sparse matrix} of shape (n,) or (n, n_labels)
        Class labels or a multi-label indicator.
    n : int

    Returns
    -------
    y : ndarray or CSR of shape (n,) or (n, n_labels)

    Raises
    ------
    ValueError
        If there are not ``n`` rows, or the labels are continuous, ragged or of types that cannot be sorted together.
    """
    y = tensor_to_array(y, "y")
    refuse_ragged(y)
    y = y.tocsr() if sp.issparse(y) else np.asarray(y)
    if y.ndim not in (1, 2):
        raise ValueError(f"y must be single labels or a multi-label indicator; got {y.ndim} dimensions.")
    if y.shape[0] != n:
        raise ValueError(f"y must hold one label per row of X, {n}; got {y.shape[0]}.")
    y = plain_labels(y)
    if y.shape[1:] in ((), (1,)) and not sp.issparse(y):
        refuse_continuous(y)
    return y


def join_labels(labels, y):
    """Concatenate the checked labels of two batches of rows, which must have the same form.

    Parameters
    ----------
    labels, y : ndarray or CSR with rows

    Returns
    -------
    joined : ndarray or CSR

    Raises
    ------
    ValueError
        If only one is sparse, they have different columns, or one holds strings and the other numbers.
    """
    if _form(y) != _form(labels):
        raise ValueError(f"y must be {_named_form(labels)}, as given before; got {_named_form(y)}.")
    return sp.vstack((labels, y), format="csr") if sp.issparse(y) else np.concatenate((labels, y))


def _form(y):
    return sp.issparse(y), y.shape[1:], y.dtype.kind in "OUS"


def _named_form(y):
    return f"{'sparse ' * sp.issparse(y)}{y.dtype} of shape ({', '.join(['n', *map(str, y.shape[1:])])})"
