"""Codes and ids of the rows of a searcher, without removed rows, and their index."""

import numpy as np

from sklearn_hash._validation import check_codes
from sklearn_hash.neighbors._index import CodeIndex
from sklearn_hash.neighbors._stored_rows import StoredRows

__all__ = ["ROWS", "get_rows", "make_rows"]

# Declarations of the state of these rows, for `check_state`.
ROWS = {"packed": "any N W", "ids": "any", "labels": "any", "next_id": "int"}


def get_rows(search):
    """Return the state of the rows of a searcher."""
    rows = search._rows
    counted = rows._ids is None and rows._kept is None
    labels = None if rows.labels is None else rows.remaining(rows.labels)
    packed = rows.remaining(search._index.packed)
    return {"packed": packed, "ids": None if counted else rows.ids, "labels": labels, "next_id": rows._next_id}


def make_rows(state, n_bits, algorithm):
    """Return the rows and the index of a searcher from a state, after the same checks as in ``fit``.

    Parameters
    ----------
    state : dict
    n_bits : int
    algorithm : str

    Raises
    ------
    ValueError
        If codes, ids and labels are not valid or not consistent.
    """
    packed, n_bits = check_codes(np.asarray(state.pop("packed")), packed=True, n_bits=n_bits)
    rows = StoredRows()
    rows.append(len(packed), state.pop("ids"), state.pop("labels"))
    rows._next_id = max(rows._next_id, state.pop("next_id"))
    return rows, CodeIndex(packed, n_bits, algorithm)
