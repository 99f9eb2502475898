"""The handwritten digits of scikit-learn."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sklearn_hash.datasets._split import Split

__all__ = ["load_digits_retrieval"]

_N_QUERY, _N_TRAIN = 300, 1000


def load_digits_retrieval() -> Split:
    """Load the 1,797 digits of scikit-learn with a fixed split.

    Returns
    -------
    split : Split
        Rows of 64 pixels in 10 classes: 300 queries and a database of the other 1,497 rows, 1,000 of which are training
        rows, all stratified by class.

    Examples
    --------
    >>> from sklearn_hash.datasets import load_digits_retrieval
    >>> digits = load_digits_retrieval()
    >>> len(digits.query), len(digits.train), len(digits.database)
    (300, 1000, 1497)
    """
    X, y = load_digits(return_X_y=True)
    database, query = _draw(np.arange(len(y)), _N_QUERY, y)
    _, train = _draw(database, _N_TRAIN, y)
    return Split(X.astype(np.float32), y, query, train, database)


def _draw(rows, size, y):
    """Draw ``size`` rows stratified by class; return the remaining and the drawn rows, both in ascending order."""
    left, drawn = train_test_split(rows, test_size=size, stratify=y[rows], random_state=0)
    return np.sort(left), np.sort(drawn)
