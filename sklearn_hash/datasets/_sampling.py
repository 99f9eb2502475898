"""Sampling of the rows of a split."""

import reprlib
from dataclasses import replace

import numpy as np
from sklearn.utils import check_random_state

from sklearn_hash.datasets._split import Split

__all__ = ["sample_protocol"]


def sample_protocol(split, n_query=None, n_train=None, n_database=None, random_state=0) -> Split:
    """Draw a sample of the queries, training rows and database rows of a split.

    Parameters
    ----------
    split : Split
        Data set with its split.
    n_query, n_train, n_database : int, default=None
        Numbers of rows to draw; by default all rows are used. Database rows are drawn regardless of whether they are
        training rows, so that the expected fraction of training rows in the database does not change.
    random_state : int, RandomState instance or None, default=0
        Seed of the draws.

    Returns
    -------
    split : Split
        The same inputs and labels with fewer row numbers. These are in random order, so that ties are not broken by the
        order of the rows.

    Raises
    ------
    ValueError
        If a size is not an integer, or larger than the number of rows.

    Examples
    --------
    >>> from sklearn_hash.datasets import load_digits_retrieval, sample_protocol
    >>> digits = sample_protocol(load_digits_retrieval(), n_query=100, n_train=200, n_database=500)
    >>> len(digits.query), len(digits.train), len(digits.database)
    (100, 200, 500)
    """
    random_state = check_random_state(random_state)
    query = _draw(split.query, n_query, "n_query", random_state)
    train = _draw(split.train, n_train, "n_train", random_state)
    database = _draw(split.database, n_database, "n_database", random_state)
    return replace(split, query=query, train=train, database=database)


def _draw(rows, size, name, random_state):
    size = len(rows) if size is None else size
    if not isinstance(size, (int, np.integer)) or isinstance(size, bool):
        raise ValueError(f"{name} must be an integer or None; got {reprlib.repr(size)}.")
    if not 0 <= size <= len(rows):
        raise ValueError(f"{name} must be from 0 to {len(rows)}, the number of rows; got {size}.")
    return random_state.permutation(rows)[:size]
