"""Row numbers of each class, from class labels or a multi-label indicator."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import type_of_target

from sklearn_hash._class_labels import plain_labels

__all__ = ["ClassRows", "find_class_rows"]


@dataclass(frozen=True)
class ClassRows:
    """Row numbers of each class; with a multi-label indicator, a row has any number of classes."""

    indicator: sparse.csc_array
    classes: np.ndarray
    multilabel: bool

    @property
    def n_rows(self) -> int:
        return self.indicator.shape[0]

    def of(self, number):
        """Return the rows of a class."""
        return self.indicator.indices[self.indicator.indptr[number] : self.indicator.indptr[number + 1]]

    def labelled(self):
        """Return whether each row has a label."""
        return np.bincount(self.indicator.indices, minlength=self.n_rows) > 0

    def from_rarest(self):
        """Return the class numbers, from the rarest to the most frequent."""
        return np.argsort(np.diff(self.indicator.indptr), kind="stable")


def find_class_rows(y) -> ClassRows:
    """Find the rows of each class; raise ValueError if y is neither class labels nor a multi-label indicator."""
    if not isinstance(y, (list, tuple)) and not sparse.issparse(y):  # type_of_target checks lists
        y = plain_labels(np.asarray(y))
    kind = type_of_target(y, input_name="y")
    if kind in ("binary", "multiclass"):
        classes, numbers = np.unique(column_or_1d(y, warn=True), return_inverse=True)
        cells = np.ones(len(numbers), dtype=bool), (np.arange(len(numbers)), numbers)
        return ClassRows(sparse.csc_array(cells, shape=(len(numbers), len(classes))), classes, multilabel=False)
    if kind != "multilabel-indicator":
        raise ValueError(f"y must be class labels or a multi-label indicator of 0 and 1; got {kind} targets.")
    indicator = sparse.csc_array(y if sparse.issparse(y) else np.asarray(y), copy=True)
    if not np.isin(indicator.data, (0, 1)).all():
        raise ValueError(f"y with {indicator.shape[1]} columns must be an indicator of 0 and 1; got other values.")
    indicator.eliminate_zeros()
    indicator.sort_indices()
    return ClassRows(indicator, np.arange(indicator.shape[1]), multilabel=True)
