"""The form of every data set here."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Split"]


@dataclass
class Split:
    """A data set and the rows that a retrieval experiment uses.

    Parameters
    ----------
    X : ndarray of shape (n, ...) or None
        Inputs as they are stored, images unflattened; None for a set of labels only.
    y : ndarray of shape (n,) or (n, n_labels)
        Class numbers, or a multi-label indicator of 0 and 1.
    query, train, database : ndarray of row numbers
        Queries lie outside the database; rows trained on lie in it or outside it, as the protocol says.

    Examples
    --------
    >>> from sklearn_hash.datasets import load_digits_retrieval
    >>> digits = load_digits_retrieval()
    >>> digits.X[digits.train].shape, digits.y[digits.train].shape
    ((1000, 64), (1000,))
    """

    X: np.ndarray | None
    y: np.ndarray
    query: np.ndarray
    train: np.ndarray
    database: np.ndarray
