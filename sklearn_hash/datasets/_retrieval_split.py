"""Split of labelled rows into queries, training rows and database."""

import numbers
import reprlib
import warnings
from dataclasses import fields

import numpy as np
from sklearn.utils import check_random_state, column_or_1d

from sklearn_hash.datasets._class_rows import find_class_rows
from sklearn_hash.datasets._protocols import Protocol, SplitRules, get_protocol

__all__ = ["retrieval_split"]


def retrieval_split(
    y,
    protocol=None,
    *,
    n_query_per_class=None,
    n_query=None,
    n_train_per_class=None,
    n_train=None,
    query=None,
    train_in_database=True,
    drop_unlabelled=False,
    random_state=None,
):
    """Split labelled rows into queries, training rows and a database, by sizes or by a named protocol.

    Queries are drawn first. The remaining rows are the database, from which training rows are drawn. A row with several
    labels is drawn for one class only. Rows are drawn for the rarest class first and for the most frequent class last,
    so that enough rows of rare classes are left.

    Parameters
    ----------
    y : array-like or sparse matrix of shape (n,) or (n, n_labels)
        Class labels, or a multi-label indicator of 0 and 1.
    protocol : str or Protocol, default=None
        Protocol, or its name as returned by :func:`get_protocol_names`. It replaces all other parameters but `query`
        and `random_state`.
    n_query_per_class, n_query : int, default=None
        Number of queries to draw for each class, or regardless of class.
    n_train_per_class, n_train : int, default=None
        Number of training rows to draw for each class, or regardless of class; by default all rows but the queries.
    query : array-like of row numbers, default=None
        Given queries, such as an official test set; they are then not drawn.
    train_in_database : bool, default=True
        Whether training rows are part of the database. If False, neither queries nor database rows are used for
        training.
    drop_unlabelled : bool, default=False
        Whether to leave out rows without a label, which are not relevant to any query.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws; pass an int for a reproducible split.

    Returns
    -------
    query, train, database : ndarray of row numbers
        Row numbers in random order, so that ties are not broken by the order of y. Queries are never in the database;
        training rows are, unless ``train_in_database=False``.

    Raises
    ------
    ValueError
        If sizes are missing, contradictory or larger than the number of rows, or `y` does not have the form of the
        protocol's data set.

    Warns
    -----
    UserWarning
        If `y` has a different number of rows than the protocol's data set, so that results are not comparable to
        published ones.

    See Also
    --------
    get_protocol : Return a protocol by its name.
    sample_protocol : Draw a sample of the rows of a split.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_hash.datasets import retrieval_split
    >>> y = np.repeat([0, 1, 2], 100)
    >>> query, train, database = retrieval_split(y, n_query_per_class=10, n_train_per_class=50, random_state=0)
    >>> len(query), len(train), len(database)
    (30, 150, 270)

    A protocol of CIFAR-10:

    >>> y = np.arange(60000) % 10
    >>> [len(rows) for rows in retrieval_split(y, "cifar10-1", random_state=0)]
    [1000, 5000, 59000]
    """
    rules = SplitRules(
        n_query_per_class=n_query_per_class,
        n_train_per_class=n_train_per_class,
        n_query=n_query,
        n_train=n_train,
        train_in_database=train_in_database,
        drop_unlabelled=drop_unlabelled,
    )
    rules = _check_rules(rules, query) if protocol is None else _check_protocol(protocol, rules, query)
    class_rows = find_class_rows(y)
    left = class_rows.labelled() if rules.drop_unlabelled else np.ones(class_rows.n_rows, dtype=bool)
    if isinstance(rules, Protocol):
        _check_data(rules, class_rows, left.sum())
    random_state = check_random_state(random_state)
    if query is None:
        query = _draw(class_rows, left, rules.n_query_per_class, rules.n_query, "n_query", random_state)
    else:
        query = random_state.permutation(_check_query(query, left))
    left[query] = False
    train = _draw(class_rows, left, rules.n_train_per_class, rules.n_train, "n_train", random_state)
    if not rules.train_in_database:
        left[train] = False
    if not left.any():
        raise ValueError("No rows are left for the database; draw fewer queries or training rows.")
    return query, train, random_state.permutation(np.flatnonzero(left))


def _check_rules(rules, query):
    """Check that sizes are positive and that each is given exactly once."""
    for name in ("n_query_per_class", "n_train_per_class", "n_query", "n_train"):
        size = getattr(rules, name)
        if size is not None and (not isinstance(size, numbers.Integral) or isinstance(size, bool) or size < 1):
            raise ValueError(f"{name} must be a positive integer; got {reprlib.repr(size)}.")
    queries = {"n_query_per_class": rules.n_query_per_class, "n_query": rules.n_query, "query": query}
    given = [name for name, value in queries.items() if value is not None]
    if len(given) != 1:
        raise ValueError(f"Exactly one of {list(queries)}, or a protocol, must be given; got {given}.")
    if rules.n_train_per_class is not None and rules.n_train is not None:
        raise ValueError("Only one of n_train_per_class and n_train can be given; got both.")
    if not rules.train_in_database and rules.n_train_per_class is None and rules.n_train is None:
        raise ValueError("train_in_database=False leaves no database unless n_train_per_class or n_train is given.")
    return rules


def _check_protocol(protocol, rules, query):
    """Return the protocol; raise a ValueError if parameters that it sets are also given."""
    protocol = protocol if isinstance(protocol, Protocol) else get_protocol(protocol)
    beside = [field.name for field in fields(rules) if getattr(rules, field.name) != field.default]
    if beside:
        raise ValueError(f"protocol={protocol.name!r} fixes the split; leave out {', '.join(beside)}.")
    n_query = protocol.sizes[0]
    if query is None and protocol.query_is_given:
        raise ValueError(
            f"protocol={protocol.name!r} does not draw queries: pass query=, the numbers of its {n_query} queries."
        )
    if query is not None and len(query) != n_query:
        raise ValueError(f"query must have {n_query} row numbers for protocol={protocol.name!r}; got {len(query)}.")
    return protocol


def _check_data(protocol, class_rows, n_rows):
    """Raise an error if labels do not have the form of the protocol's data set; warn if the number of rows differs."""
    expected = _form(protocol.multilabel, protocol.n_classes)
    found = _form(class_rows.multilabel, len(class_rows.classes))
    if found != expected:
        raise ValueError(f"y must be {expected} for protocol={protocol.name!r}, {protocol.data}; got {found}.")
    if n_rows != protocol.n_rows:
        warnings.warn(
            f"protocol={protocol.name!r} is defined on the {protocol.n_rows} rows of {protocol.data}; y has {n_rows}. "
            "Results are not comparable to published ones.",
            UserWarning,
            stacklevel=3,
        )


def _form(multilabel, n_classes):
    return f"an indicator of {n_classes} labels" if multilabel else f"labels of {n_classes} classes"


def _check_query(query, left):
    """Check that queries are unique row numbers in range."""
    query = column_or_1d(query)
    if query.dtype.kind not in "iu" or len(np.unique(query)) != len(query):
        raise ValueError("query must be unique row numbers; for a mask, pass np.flatnonzero(mask).")
    if len(query) and (query.min() < 0 or query.max() >= len(left)):
        raise ValueError(f"query must be row numbers from 0 to {len(left) - 1}; got {query.min()} to {query.max()}.")
    if not left[query].all():
        raise ValueError(f"query has {(~left[query]).sum()} rows without a label, which drop_unlabelled leaves out.")
    return query


def _draw(class_rows, left, n_per_class, n, name, random_state):
    """Draw n rows per class, n rows, or all rows from the remaining ones, in random order."""
    if n_per_class is not None:
        return _draw_per_class(class_rows, left, n_per_class, f"{name}_per_class", random_state)
    rows = random_state.permutation(np.flatnonzero(left))
    if n is not None and n > len(rows):
        raise ValueError(f"{name}={n} is more than the {len(rows)} rows left; draw fewer.")
    return rows[:n]


def _draw_per_class(class_rows, left, n, name, random_state):
    left = left.copy()
    drawn = []
    for number in class_rows.from_rarest():
        rows = class_rows.of(number)
        free = rows[left[rows]]
        if len(free) < n:
            label = reprlib.repr(class_rows.classes.tolist()[number])
            raise ValueError(
                f"{name}={n} is more than the rows of class {label} that queries and rarer classes leave: {len(free)} "
                f"of {len(rows)}. Draw fewer rows, or draw them regardless of class."
            )
        drawn.append(random_state.choice(free, n, replace=False))
        left[drawn[-1]] = False
    return random_state.permutation(np.concatenate(drawn))
