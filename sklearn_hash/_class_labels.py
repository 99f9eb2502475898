"""Conversion of class labels of object dtype, as pandas gives them, and checks of their values."""

from numbers import Real

import numpy as np
from scipy import sparse
from sklearn.utils import assert_all_finite

__all__ = ["plain_labels", "refuse_continuous", "refuse_ragged"]


def plain_labels(y, name="y"):
    """Return labels, converted to a numeric dtype if they are objects that are all numbers.

    Parameters
    ----------
    y : ndarray or sparse matrix
    name : str, default="y"
        Name of the labels in error messages.

    Returns
    -------
    y : ndarray or sparse matrix
        The input object itself if no conversion is needed.

    Raises
    ------
    ValueError
        If the labels are of types that cannot be sorted together.
    """
    if sparse.issparse(y) or y.dtype != object:
        return y
    if all(isinstance(label, (Real, np.bool_)) for label in y.flat):
        return np.array(y.tolist()).reshape(y.shape)
    try:
        np.unique(y)
    except TypeError as error:
        kinds = sorted({type(label).__name__ for label in y.flat})
        raise ValueError(
            f"{name} must have labels of one type, all strings or all numbers; got {kinds!s:.80}. Convert them, for "
            "example by [str(label) for label in y]."
        ) from error
    return y


def refuse_continuous(y, name="y"):
    """Raise an error if numeric labels are not integers.

    Parameters
    ----------
    y : ndarray of shape (n,) or (n, 1)
    name : str, default="y"
        Name of the labels in error messages.

    Raises
    ------
    ValueError
        If a number is NaN, infinite or not an integer.
    """
    if y.dtype.kind != "f":
        return
    assert_all_finite(y, input_name=name)
    if (y != np.floor(y)).any():
        raise ValueError(f"{name} must hold class labels or an indicator; got continuous values.")


def refuse_ragged(y, name="y"):
    """Raise an error if each row holds a list of labels.

    Parameters
    ----------
    y : array-like or sparse matrix
    name : str, default="y"
        Name of the labels in error messages.

    Raises
    ------
    ValueError
        If rows hold lists, tuples or sets of different lengths.
    """
    if not isinstance(y, (list, tuple, np.ndarray)) or (isinstance(y, np.ndarray) and y.dtype != object):
        return
    rows = [row for row in y if isinstance(row, (list, tuple, set, frozenset))]
    if rows and (len(rows) < len(y) or len({len(row) for row in rows}) > 1 or isinstance(rows[0], (set, frozenset))):
        raise ValueError(
            f"{name} holds a list of labels for each row. Convert it to an indicator by "
            "sklearn.preprocessing.MultiLabelBinarizer().fit_transform."
        )
