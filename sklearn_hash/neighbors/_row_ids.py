"""What belongs to a stored row beside its code: its id, its label, and whether it was removed."""

import numpy as np
import scipy.sparse as sp

from sklearn_hash._class_labels import plain_labels, refuse_continuous

__all__ = ["Rows"]


class Rows:
    """Ids and labels of the stored rows.

    Removing a row only marks it, so that no index needs rebuilding; ``compact`` drops the marked ones. Rows
    are numbered twice: *stored* rows count the marked ones too, *rows* only those that remain.
    """

    def __init__(self):
        self.n_stored = 0
        self.labels = None
        self._ids = None  # None while every id equals its stored row: nothing to keep, nothing to pickle
        self._kept = None  # None while nothing is marked as removed
        self._next_id = 0

    @property
    def n(self):
        """How many rows remain."""
        return self.n_stored if self._kept is None else int(np.count_nonzero(self._kept))

    @property
    def ids(self):
        """The ids of the rows that remain."""
        return self.remaining(self._stored_ids())

    def _stored_ids(self):
        return np.arange(self.n_stored) if self._ids is None else self._ids

    def remaining(self, values):
        """Those of ``values``, one per stored row, whose row remains; no copy while none was removed."""
        return values if self._kept is None else values[self._kept]

    def ids_at(self, stored):
        """The ids of stored rows."""
        return stored if self._ids is None else self._ids[stored]

    def rows_at(self, stored):
        """The numbers, among the rows that remain, of stored rows."""
        return stored if self._kept is None else (np.cumsum(self._kept) - 1)[stored]

    def allowed(self, where):
        """A mask over the stored rows (None for all of them) and how many rows it lets through."""
        if where is None:
            return self._kept, self.n
        where = np.asarray(where)
        if where.dtype != bool or where.shape != (self.n,):
            raise ValueError(
                f"where must be a boolean mask of shape ({self.n},), one entry per fitted row; "
                f"got {where.dtype} of shape {where.shape}."
            )
        mask = where
        if self._kept is not None:
            mask = np.zeros(self.n_stored, dtype=bool)
            mask[self._kept] = where
        return mask, int(np.count_nonzero(where))

    def append(self, n_new, ids=None, y=None):
        """Add rows; nothing changes if their ids or labels are refused."""
        labels = self._joined_labels(y, n_new)
        if ids is None and self._ids is None and self._next_id == self.n_stored:
            self._next_id += n_new
        else:
            new_ids = self._new_ids(ids, n_new)
            self._ids = np.concatenate((self._stored_ids(), new_ids))
            self._next_id = max(self._next_id, int(new_ids.max(initial=-1)) + 1)
        if self._kept is not None:
            self._kept = np.concatenate((self._kept, np.ones(n_new, dtype=bool)))
        self.labels = labels
        self.n_stored += n_new

    def remove(self, ids):
        """Mark the rows with these ids as removed."""
        ids = _check_ids(ids)
        stored_ids = self._stored_ids()
        found = np.isin(stored_ids, ids)
        if self._kept is not None:
            found &= self._kept
        if np.count_nonzero(found) != len(ids):
            unknown = ids[~np.isin(ids, stored_ids[found])]
            raise ValueError(f"ids must be among the fitted ids (see ids_); unknown: {_some(unknown)}.")
        self._kept = ~found if self._kept is None else self._kept & ~found

    def compact(self):
        """Drop the rows marked as removed."""
        self._ids = self.ids
        self.labels = None if self.labels is None else self.remaining(self.labels)
        self.n_stored, self._kept = self.n, None

    def _new_ids(self, ids, n_new):
        if ids is None and self._next_id + n_new > np.iinfo(np.int64).max:
            raise ValueError("ids must be given: no 64-bit integers follow the largest id used so far.")
        if ids is None:
            return np.arange(self._next_id, self._next_id + n_new)
        ids = _check_ids(ids)
        if len(ids) != n_new:
            raise ValueError(f"ids must hold one id per row of X, {n_new}; got {len(ids)}.")
        known = ids[np.isin(ids, self.ids)]
        if len(known):
            raise ValueError(f"ids must not be in use already; in use: {_some(known)}.")
        return ids

    def _joined_labels(self, y, n_new):
        if self.n_stored and (y is None) != (self.labels is None):
            now, before = ("missing", "given") if y is None else ("given", "missing")
            raise ValueError(f"y is {now} although it was {before} for earlier rows; label all rows or none.")
        if y is None:
            return None
        y = _check_labels(y, n_new)
        if self.labels is None:
            return y
        if _form(y) != _form(self.labels):
            raise ValueError(f"y must be {_named_form(self.labels)}, as given before; got {_named_form(y)}.")
        both = self.labels, y
        return sp.vstack(both, format="csr") if sp.issparse(y) else np.concatenate(both)


def _check_ids(ids):
    """Ids as an int64 array without repeats."""
    given = np.asarray(ids)
    if given.ndim != 1 or (given.size and given.dtype.kind not in "iu"):
        raise ValueError(f"ids must be a one-dimensional sequence of integers; got {ids!r}.")
    checked = given.astype(np.int64)
    if (checked != given).any():
        raise ValueError("ids must fit 64-bit signed integers.")
    unique, counts = np.unique(checked, return_counts=True)
    if len(unique) != len(checked):
        raise ValueError(f"ids must not repeat; given more than once: {_some(unique[counts > 1])}.")
    return checked


def _check_labels(y, n):
    y = y.tocsr() if sp.issparse(y) else np.asarray(y)
    if y.ndim not in (1, 2):
        raise ValueError(f"y must be single labels or a multi-label indicator; got {y.ndim} dimensions.")
    if y.shape[0] != n:
        raise ValueError(f"y must hold one label per row of X, {n}; got {y.shape[0]}.")
    y = plain_labels(y)
    if y.shape[1:] in ((), (1,)) and not sp.issparse(y):
        refuse_continuous(y)
    return y


def _form(y):
    return sp.issparse(y), y.shape[1:], y.dtype.kind in "OUS"


def _named_form(y):
    return f"{'sparse ' * sp.issparse(y)}{y.dtype} of shape ({', '.join(['n', *map(str, y.shape[1:])])})"


def _some(ids, most=5):
    return f"{ids[:most].tolist()}{' and more' * (len(ids) > most)}"
