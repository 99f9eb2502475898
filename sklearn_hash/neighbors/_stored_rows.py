"""Ids and labels of the stored rows, and marks of removed rows."""

import numpy as np

from sklearn_hash.neighbors._row_ids import are_row_numbers, check_ids, count_ids, is_among, name_some
from sklearn_hash.neighbors._row_labels import check_labels, join_labels

__all__ = ["StoredRows"]


class StoredRows:
    """Ids and labels of the stored rows.

    A removed row is only marked, so that no index has to be rebuilt; ``compact`` drops the marked rows. There are two
    numberings: *stored* rows include the marked ones, *rows* are only the remaining ones.
    """

    def __init__(self):
        self.n_stored = 0
        self.labels = None
        self._ids = None  # None while every id equals its stored row, which saves memory
        self._kept = None  # None while nothing is marked as removed
        self._next_id = 0

    @property
    def n(self):
        """Number of remaining rows."""
        return self.n_stored if self._kept is None else int(np.count_nonzero(self._kept))

    @property
    def ids(self):
        """Ids of the remaining rows."""
        return self.remaining(self._stored_ids())

    def _stored_ids(self):
        return np.arange(self.n_stored) if self._ids is None else self._ids

    @property
    def remaining_stored(self):
        """Stored rows of the remaining rows."""
        return np.arange(self.n_stored) if self._kept is None else np.flatnonzero(self._kept)

    def remaining(self, values):
        """Return the ``values``, one per stored row, of the remaining rows; not copied if none is removed."""
        return values if self._kept is None else values[self._kept]

    def ids_at(self, stored):
        """Return the ids of stored rows; stored row -1 has id -1, or None if the ids are objects."""
        if self._ids is None:
            return stored
        filled = stored >= 0
        if filled.all():
            return self._ids[stored]
        ids = np.full(stored.shape, None if self._ids.dtype == object else -1, self._ids.dtype)
        ids[filled] = self._ids[stored[filled]]
        return ids

    def rows_at(self, stored):
        """Return the positions of stored rows among the remaining rows."""
        return stored if self._kept is None else (np.cumsum(self._kept) - 1)[stored]

    def allowed(self, where):
        """Return a mask of the stored rows that ``where`` allows, None if all are allowed, and their number."""
        if where is None:
            return self._kept, self.n
        where = np.asarray(where)
        if where.dtype != bool or where.shape != (self.n,):
            raise ValueError(
                f"where must be a boolean mask of shape ({self.n},), one entry per fitted row; "
                f"got {where.dtype.name} of shape {where.shape}."
            )
        mask = where
        if self._kept is not None:
            mask = np.zeros(self.n_stored, dtype=bool)
            mask[self._kept] = where
        return mask, int(np.count_nonzero(where))

    def append(self, n_new, ids=None, y=None):
        """Append rows; nothing changes if their ids or labels are not valid."""
        labels = self._joined_labels(y, n_new)
        if ids is None and self._ids is None and self._next_id == self.n_stored:
            self._next_id += n_new
        else:
            new_ids = self.new_ids(ids, n_new)
            self._ids = self._joined_ids(new_ids)
            if new_ids.dtype != object:
                self._next_id = max(self._next_id, int(new_ids.max(initial=-1)) + 1)
        if self._kept is not None:
            self._kept = np.concatenate((self._kept, np.ones(n_new, dtype=bool)))
        self.labels = labels
        self.n_stored += n_new

    def find(self, ids):
        """Return a mask of the stored rows that have these ids, which must all be ids of remaining rows."""
        ids = check_ids(ids)
        stored_ids = self._stored_ids()
        found = is_among(stored_ids, ids)
        if self._kept is not None:
            found &= self._kept
        if np.count_nonzero(found) != len(ids):
            unknown = ids[~is_among(ids, stored_ids[found])]
            raise ValueError(f"ids must be among the fitted ids (see ids_); unknown: {name_some(unknown)}.")
        return found

    def remove(self, ids):
        """Mark the rows with these ids as removed."""
        found = self.find(ids)
        self._kept = ~found if self._kept is None else self._kept & ~found

    def compact(self):
        """Drop the rows marked as removed."""
        self._ids = self.ids
        self.labels = None if self.labels is None else self.remaining(self.labels)
        self.n_stored, self._kept = self.n, None

    def new_ids(self, ids, n_new):
        """Return checked ids of new rows, by default the integers after the largest so far; none may be in use."""
        if ids is None:
            if self._ids is not None and self._ids.dtype == object:
                raise ValueError(
                    "ids must be given: earlier ids are not all 64-bit integers, which could be continued."
                )
            return count_ids(self._next_id, n_new)
        ids = check_ids(ids)
        if len(ids) != n_new:
            raise ValueError(f"ids must hold one id per row of X, {n_new}; got {len(ids)}.")
        known = ids[is_among(ids, self.ids)] if self.n_stored else ids[:0]
        if len(known):
            raise ValueError(f"ids must not be in use already; in use: {name_some(known)}.")
        return ids

    def _joined_ids(self, new_ids):
        if self.n_stored:
            return np.concatenate((self._stored_ids(), new_ids))
        if are_row_numbers(new_ids):
            return None
        # A read-only array, such as a memory map, does not have to be copied.
        return new_ids.copy() if new_ids.flags.writeable else new_ids

    def _joined_labels(self, y, n_new):
        if self.n_stored and (y is None) != (self.labels is None):
            now, before = ("missing", "given") if y is None else ("given", "missing")
            raise ValueError(f"y is {now} although it was {before} for earlier rows; label all rows or none.")
        if y is None:
            return None
        y = check_labels(y, n_new)
        return y if self.labels is None else join_labels(self.labels, y)
