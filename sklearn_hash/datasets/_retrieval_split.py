"""Which rows are queries, which are trained on, which are searched."""

import numbers
import warnings
from dataclasses import fields

import numpy as np
from sklearn.utils import check_random_state, column_or_1d

from sklearn_hash.datasets._members import check_members
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
    """Split labelled rows into queries, training rows and a database, by sizes or by a protocol of the field.

    Queries are drawn first; the rows that are none make up the database, and training rows are drawn from them. A
    row with several labels counts for one class only, the one that it was drawn for; classes draw from the rarest
    to the most frequent, so that what is common leaves enough of what is rare.

    Parameters
    ----------
    y : array-like or sparse matrix of shape (n,) or (n, n_labels)
        Class labels of any kind, or a multi-label indicator of 0 and 1.
    protocol : str or Protocol, default=None
        A named protocol, one of :func:`get_protocol_names`, in place of every other option but `query` and
        `random_state`.
    n_query_per_class, n_query : int, default=None
        How many queries to draw for each class, or regardless of class.
    n_train_per_class, n_train : int, default=None
        How many training rows to draw for each class, or regardless of class; all rows of the database when both are
        left out.
    query : array-like of row numbers, default=None
        The queries themselves, in place of drawing some: an official test set, for one.
    train_in_database : bool, default=True
        Whether training rows are searched too. Without them, a hasher is judged by how it orders rows that it never
        saw, queries and database alike.
    drop_unlabelled : bool, default=False
        Whether to leave rows without a label out of everything. No query ever finds one.
    random_state : int, RandomState instance or None, default=None
        Pass an int for the same split every time.

    Returns
    -------
    query, train, database : ndarray of row numbers
        In random order, so that an order in which the set is stored never decides between ties. Training rows lie
        in the database, unless told otherwise; queries never do.

    Raises
    ------
    ValueError
        If sizes are missing, contradict each other or exceed the rows that there are, or `y` is not of the form that
        a protocol is defined on.

    Warns
    -----
    UserWarning
        If `y` has another number of rows than the set that a protocol is defined on: what is measured on other
        rows does not compare to what is published under its name.

    See Also
    --------
    get_protocol : The sizes and the source of a protocol.
    sample_protocol : Fewer rows of a split.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_hash.datasets import retrieval_split
    >>> y = np.repeat([0, 1, 2], 100)
    >>> query, train, database = retrieval_split(y, n_query_per_class=10, n_train_per_class=50, random_state=0)
    >>> len(query), len(train), len(database)
    (30, 150, 270)

    The rows that a paper on CIFAR-10 means:

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
    members = check_members(y)
    left = members.labelled() if rules.drop_unlabelled else np.ones(members.n_rows, dtype=bool)
    if isinstance(rules, Protocol):
        _check_data(rules, members, left.sum())
    random_state = check_random_state(random_state)
    if query is None:
        query = _draw(members, left, rules.n_query_per_class, rules.n_query, "n_query", random_state)
    else:
        query = random_state.permutation(_check_query(query, left))
    left[query] = False
    train = _draw(members, left, rules.n_train_per_class, rules.n_train, "n_train", random_state)
    if not rules.train_in_database:
        left[train] = False
    if not left.any():
        raise ValueError("No rows are left for the database; ask for fewer queries or training rows.")
    return query, train, random_state.permutation(np.flatnonzero(left))


def _check_rules(rules, query):
    """Sizes as they were given: positive, and neither missing nor said twice."""
    for name in ("n_query_per_class", "n_train_per_class", "n_query", "n_train"):
        size = getattr(rules, name)
        if size is not None and (not isinstance(size, numbers.Integral) or isinstance(size, bool) or size < 1):
            raise ValueError(f"{name} must be a positive integer; got {size!r}.")
    queries = {"n_query_per_class": rules.n_query_per_class, "n_query": rules.n_query, "query": query}
    given = [name for name, value in queries.items() if value is not None]
    if len(given) != 1:
        raise ValueError(f"Queries must come from one of {list(queries)}, or from a protocol; got {given}.")
    if rules.n_train_per_class is not None and rules.n_train is not None:
        raise ValueError("n_train_per_class and n_train exclude each other; got both.")
    if not rules.train_in_database and rules.n_train_per_class is None and rules.n_train is None:
        raise ValueError("train_in_database=False leaves no database unless n_train_per_class or n_train is given.")
    return rules


def _check_protocol(protocol, rules, query):
    """The protocol, unless what it fixes was given beside it."""
    protocol = protocol if isinstance(protocol, Protocol) else get_protocol(protocol)
    beside = [field.name for field in fields(rules) if getattr(rules, field.name) != field.default]
    if beside:
        raise ValueError(f"protocol={protocol.name!r} fixes the split; leave out {', '.join(beside)}.")
    n_query = protocol.sizes[0]
    if query is None and protocol.query_is_given:
        raise ValueError(
            f"protocol={protocol.name!r} does not draw its queries: pass query=, the numbers of its {n_query} rows."
        )
    if query is not None and len(query) != n_query:
        raise ValueError(f"query must name {n_query} rows for protocol={protocol.name!r}; got {len(query)}.")
    return protocol


def _check_data(protocol, members, n_rows):
    """Refuse labels of another form than the protocol's set; warn of another number of rows."""
    expected = _form(protocol.multilabel, protocol.n_classes)
    found = _form(members.multilabel, len(members.classes))
    if found != expected:
        raise ValueError(f"y must hold {expected} for protocol={protocol.name!r}, {protocol.data}; got {found}.")
    if n_rows != protocol.n_rows:
        warnings.warn(
            f"protocol={protocol.name!r} is defined on the {protocol.n_rows} rows of {protocol.data}; y has {n_rows}. "
            "Figures do not compare to those published under its name.",
            UserWarning,
            stacklevel=3,
        )


def _form(multilabel, n_classes):
    return f"an indicator of {n_classes} labels" if multilabel else f"{n_classes} classes"


def _check_query(query, left):
    """Given row numbers, each of them once and among the rows there are."""
    query = column_or_1d(query)
    if query.dtype.kind not in "iu" or len(np.unique(query)) != len(query):
        raise ValueError("query must hold row numbers, each of them once; for a mask, pass np.flatnonzero(mask).")
    if len(query) and (query.min() < 0 or query.max() >= len(left)):
        raise ValueError(f"query must hold row numbers from 0 to {len(left) - 1}; got {query.min()} to {query.max()}.")
    if not left[query].all():
        raise ValueError(f"query names {(~left[query]).sum()} rows without a label, which are left out.")
    return query


def _draw(members, left, n_per_class, n, name, random_state):
    """Some of the rows left, or all of them, in random order."""
    if n_per_class is not None:
        return _draw_per_class(members, left, n_per_class, f"{name}_per_class", random_state)
    rows = random_state.permutation(np.flatnonzero(left))
    if n is not None and n > len(rows):
        raise ValueError(f"{name}={n} exceeds the {len(rows)} rows that are left; ask for fewer.")
    return rows[:n]


def _draw_per_class(members, left, n, name, random_state):
    left = left.copy()
    drawn = []
    for number in members.from_rarest():
        rows = members.of(number)
        free = rows[left[rows]]
        if len(free) < n:
            raise ValueError(
                f"{name}={n} needs as many rows of class {members.classes[number]}; of its {len(rows)}, {len(free)} "
                "are left by the queries and by rarer classes. Ask for fewer, or regardless of class."
            )
        drawn.append(random_state.choice(free, n, replace=False))
        left[drawn[-1]] = False
    return random_state.permutation(np.concatenate(drawn))
