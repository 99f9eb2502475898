"""Which rows are of which class."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import type_of_target

from sklearn_hash._class_labels import plain_labels

__all__ = ["Members", "check_members"]


@dataclass(frozen=True)
class Members:
    """The rows of every class; in a multi-label set a row is of several, or of none."""

    indicator: sparse.csc_array
    classes: np.ndarray
    multilabel: bool

    @property
    def n_rows(self) -> int:
        return self.indicator.shape[0]

    def of(self, number):
        """Rows of a class."""
        return self.indicator.indices[self.indicator.indptr[number] : self.indicator.indptr[number + 1]]

    def labelled(self):
        """Whether each row has a label."""
        return np.bincount(self.indicator.indices, minlength=self.n_rows) > 0

    def from_rarest(self):
        """Numbers of the classes, the rarest first."""
        return np.argsort(np.diff(self.indicator.indptr), kind="stable")


def check_members(y) -> Members:
    """Read class labels or a multi-label indicator; a ValueError says what is neither."""
    if not isinstance(y, (list, tuple)) and not sparse.issparse(y):  # lists that are no array are told apart below
        y = plain_labels(np.asarray(y))
    kind = type_of_target(y, input_name="y")
    if kind in ("binary", "multiclass"):
        classes, numbers = np.unique(column_or_1d(y, warn=True), return_inverse=True)
        cells = np.ones(len(numbers), dtype=bool), (np.arange(len(numbers)), numbers)
        return Members(sparse.csc_array(cells, shape=(len(numbers), len(classes))), classes, multilabel=False)
    if kind != "multilabel-indicator":
        raise ValueError(f"y must hold class labels or a multi-label indicator of 0 and 1; got {kind} targets.")
    indicator = sparse.csc_array(y if sparse.issparse(y) else np.asarray(y), copy=True)
    if not np.isin(indicator.data, (0, 1)).all():
        raise ValueError(f"y has {indicator.shape[1]} columns, so it must be an indicator of 0 and 1.")
    indicator.eliminate_zeros()
    indicator.sort_indices()
    return Members(indicator, np.arange(indicator.shape[1]), multilabel=True)
