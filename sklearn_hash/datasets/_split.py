"""Data set with queries, training rows and database."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Split"]


@dataclass
class Split:
    """Data set with the row numbers of queries, training rows and database.

    Parameters
    ----------
    X : ndarray of shape (n, ...) or None
        Inputs; images are not flattened. None if there are only labels.
    y : ndarray of shape (n,) or (n, n_labels)
        Class numbers, or a multi-label indicator of 0 and 1.
    query, train, database : ndarray of row numbers
        Row numbers. Queries are not in the database; training rows may be, depending on the protocol.

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
