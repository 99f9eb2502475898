"""Validation and comparison of row ids, and short lists of ids for error messages."""

from collections import Counter
from numbers import Integral

import numpy as np

from sklearn_hash._tensors import tensor_to_array

__all__ = ["are_row_numbers", "check_ids", "count_ids", "is_among", "name_some"]

_INT64 = np.iinfo(np.int64)
_REFUSED = (float, bool, np.inexact, np.bool_, type(None))
_N_NAMED = 5
_LONGEST_NAME = 60
_BLOCK = 1 << 16


def check_ids(ids):
    """Return ids as a one-dimensional array without repeats.

    Parameters
    ----------
    ids : array-like of shape (n,)
        Integers, strings or other hashable objects.

    Returns
    -------
    ids : ndarray of shape (n,), int64 or object
        int64 if every id is a 64-bit integer, otherwise the objects as given.

    Raises
    ------
    ValueError
        If the ids are not one-dimensional, repeat, or hold floats, booleans, None or objects that are not hashable.
    """
    ids = _as_array(tensor_to_array(ids, "ids"))
    if ids.dtype == object:
        _check_kinds(ids)
    if _all_int64(ids):
        ids = ids.astype(np.int64, copy=False)
        repeated = _repeated_integers(ids)
    else:
        ids = ids.astype(object, copy=False)
        repeated = _repeated_objects(ids)
    if len(repeated):
        raise ValueError(f"ids must not repeat; given more than once: {name_some(repeated)}.")
    return ids


def _as_array(ids):
    """Return a one-dimensional array of integers or objects."""
    # numpy would convert integers below and above 2**63 to floats, and tuples to rows of a matrix.
    ids = np.fromiter(ids, object, len(ids)) if isinstance(ids, (list, tuple)) else np.asarray(ids)
    if ids.ndim != 1 or (len(ids) and ids.dtype.kind not in "iuOSUT"):
        raise ValueError(
            "ids must be a one-dimensional sequence of integers, strings or other hashable objects; got "
            f"{ids.dtype.name} of shape {ids.shape}."
        )
    return ids if ids.dtype.kind in "iu" else ids.astype(object, copy=False)


def _check_kinds(ids):
    for kind in set(map(type, ids.tolist())):
        if issubclass(kind, _REFUSED) or kind.__hash__ is None:
            raise ValueError(
                f"ids must be integers, strings or other hashable objects; got {_cut(kind.__name__)}. Convert them, as "
                "by [str(id) for id in ids]."
            )


def _all_int64(ids):
    if ids.dtype == object and not all(issubclass(kind, Integral) for kind in set(map(type, ids.tolist()))):
        return False
    return len(ids) == 0 or (_INT64.min <= int(ids.min()) and int(ids.max()) <= _INT64.max)


def _repeated_integers(ids):
    """Return the integers that are given more than once; increasing integers, as in a memory map, are not copied."""
    earlier, later = ids[:-1], ids[1:]
    if all((earlier[start : start + _BLOCK] < later[start : start + _BLOCK]).all() for start in _starts(later)):
        return ids[:0]
    ordered = np.sort(ids)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def are_row_numbers(ids):
    """Return whether the ids are 0, 1, 2 and so on."""
    return ids.dtype == np.int64 and all(
        (ids[start : start + _BLOCK] == np.arange(start, min(start + _BLOCK, len(ids)))).all() for start in _starts(ids)
    )


def _starts(ids):
    return range(0, len(ids), _BLOCK)


def _repeated_objects(ids):
    ids = ids.tolist()
    try:
        counts = Counter(ids) if len(set(ids)) < len(ids) else {}
    except TypeError as error:  # tuples are hashable as a type, but not a tuple that holds lists
        raise ValueError(f"ids must be hashable: {_cut(str(error))}.") from error
    repeated = [each for each, count in counts.items() if count > 1]
    return np.fromiter(repeated, object, len(repeated))


def count_ids(start, n):
    """Return ``n`` consecutive integer ids that begin with ``start``."""
    if start + n > _INT64.max:
        raise ValueError("ids must be given: no 64-bit integers follow the largest id used so far.")
    return np.arange(start, start + n)


def is_among(ids, others):
    """Return a mask of the ids that are also in ``others``."""
    if ids.dtype != object and others.dtype != object:
        return np.isin(ids, others)
    ids, others = ids.tolist(), others.tolist()
    fewer, more = sorted((ids, others), key=len)
    common = set(fewer).intersection(more)
    return np.fromiter((each in common for each in ids), bool, len(ids))


def name_some(ids):
    """Return the first few ids in brackets, and how many more there are."""
    named = ", ".join(_cut(repr(each)) for each in ids[:_N_NAMED].tolist())
    return f"[{named}]" + (f" and {len(ids) - _N_NAMED} more" if len(ids) > _N_NAMED else "")


def _cut(text):
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 3]}..."
