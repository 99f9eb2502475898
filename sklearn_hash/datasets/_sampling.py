"""Smaller experiments cut from larger ones."""

from dataclasses import replace

import numpy as np
from sklearn.utils import check_random_state

from sklearn_hash.datasets._split import Split

__all__ = ["sample_protocol"]


def sample_protocol(split, n_query=None, n_train=None, n_database=None, random_state=0) -> Split:
    """Draw some of the queries, training rows and database rows of a data set.

    Parameters
    ----------
    split : Split
    n_query, n_train, n_database : int, default=None
        How many rows to draw; all when left out. Database rows are drawn whether trained on or not, so that the share
        of them that was trained on stays what it is in the full set: a smaller database must not be an easier one.
    random_state : int, RandomState instance or None, default=0

    Returns
    -------
    split : Split
        The same inputs and labels, with fewer rows named. Rows come in random order, so that an order in
        which the set is stored never decides between ties.

    Raises
    ------
    ValueError
        If a size is no whole number, or there are fewer rows than asked for.

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
        raise ValueError(f"{name} must be a whole number of rows; got {size!r}.")
    if not 0 <= size <= len(rows):
        raise ValueError(f"{name} must be between 0 and the {len(rows)} rows there are; got {size}.")
    return random_state.permutation(rows)[:size]
