"""Class labels or a multi-label indicator as a matrix of regression targets."""

import numpy as np
from scipy import sparse
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from sklearn_hash._class_labels import plain_labels

__all__ = ["label_matrix"]


def label_matrix(y):
    """Return labels as a matrix of 0 and 1.

    Parameters
    ----------
    y : ndarray of shape (n,), or ndarray or CSR of shape (n, n_labels)

    Returns
    -------
    Y : ndarray of shape (n, n_labels), float64
    classes : ndarray of shape (n_labels,)

    Raises
    ------
    ValueError
        If y is neither class labels nor an indicator of 0 and 1, or all rows have the same labels.
    """
    y = plain_labels(y)
    check_classification_targets(y)
    if type_of_target(y) == "multilabel-indicator":
        Y, classes = _indicator(y), np.arange(y.shape[1])
    else:
        classes, numbers = np.unique(column_or_1d(y, warn=True), return_inverse=True)
        Y = np.eye(len(classes))[numbers]
    if not np.ptp(Y, axis=0).any():
        raise ValueError("y has the same labels in every row. Pass rows of at least two classes.")
    return Y, classes


def _indicator(y):
    Y = (y.toarray() if sparse.issparse(y) else y).astype(np.float64)
    other = Y[~np.isin(Y, (0, 1))]
    if len(other):
        raise ValueError(f"y must be an indicator of 0 and 1; got the value {other[0]:g}.")
    return Y
