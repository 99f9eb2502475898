"""Validation of class labels and label sets, and an encoding in which shared labels can be counted."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.utils import check_array, column_or_1d

from sklearn_hash._class_labels import plain_labels, refuse_continuous, refuse_ragged
from sklearn_hash._hamming._distinct import as_words
from sklearn_hash._tensors import tensor_to_array

__all__ = ["Labels", "check_labels", "check_same_kind", "check_y"]

_ROWS_A_BLOCK = 1 << 16  # rows of a sparse indicator that are converted to dense at once


@dataclass(frozen=True)
class Labels:
    """Class labels or label sets of rows, each as a column of words: a class number or a bit mask."""

    words: np.ndarray
    multilabel: bool

    def n_labels(self):
        """Return the number of labels of each row."""
        return _population(self.words) if self.multilabel else np.ones(self.words.shape[1], dtype=np.intp)

    def shared_with(self, label):
        """Return the number of labels that each row shares with one column of words."""
        if self.multilabel:
            return _population(self.words & label[:, None])
        return (self.words[0] == label[0]).astype(np.intp)


def _population(words):
    """Return the number of set bits of each column of words."""
    return np.bitwise_count(words).sum(axis=0, dtype=np.intp)


def check_labels(query, y_query, database=None, y_database=None):
    """Check labels of queries and database against their codes and each other, and encode them in the same way.

    Without a database, the labels of the queries are returned for both.
    """
    y_query = check_y(y_query, len(query), "y_query", "query_codes")
    if database is None:
        (labels,) = _encode(y_query)
        return labels, labels
    y_database = check_y(y_database, len(database), "y_database", "database_codes")
    check_same_kind(y_query, y_database, "y_query and y_database")
    query_labels, database_labels = _encode(y_query, y_database)
    return query_labels, database_labels


def check_y(y, n_codes, name, codes_name):
    """Check class labels or a multi-label indicator, which must have one row per code."""
    if y is None:
        raise ValueError(f"{name} must be given with {codes_name}; got None.")
    y = tensor_to_array(y, name)
    refuse_ragged(y, name)
    y = check_array(y, accept_sparse="csr", dtype=None, ensure_2d=False, ensure_min_samples=0, input_name=name)
    if y.shape[0] != n_codes:
        raise ValueError(f"{name} must have {n_codes} rows, one for each of {codes_name}; got {y.shape[0]}.")
    y = plain_labels(y, name)
    if sparse.issparse(y) or (y.ndim == 2 and y.shape[1] > 1):
        return _check_indicator(y, name)
    y = column_or_1d(y, warn=True)
    refuse_continuous(y, name)
    return y


def _check_indicator(y, name):
    values = y.data if sparse.issparse(y) else y
    if values.dtype.kind not in "biuf" or not ((values == 0) | (values == 1)).all():
        raise ValueError(f"{name} has {y.shape[1]} columns, so it must be an indicator of 0 and 1.")
    return y


def check_same_kind(y_query, y_database, names):
    """Raise an error if checked labels of queries and database cannot be compared."""
    if _kind(y_query) != _kind(y_database):
        raise ValueError(f"{names} must hold labels of one kind; got {_kind(y_query)} and {_kind(y_database)}.")


def _kind(y):
    """Return the kind of a label array for messages; arrays of different kinds cannot be compared."""
    if y.ndim == 2:
        return f"an indicator of {y.shape[1]} labels"
    return "numbers" if y.dtype.kind in "biuf" else "names"


def _encode(*ys):
    """Return the labels of all arrays in a common encoding."""
    if ys[0].ndim == 2:
        return [Labels(_mask_words(y), multilabel=True) for y in ys]
    try:
        _, numbers = np.unique(np.concatenate(ys), return_inverse=True)
    except TypeError as error:
        raise ValueError(f"Class labels must be of one type that can be sorted: {error!s:.100}.") from error
    ends = np.cumsum([len(y) for y in ys])[:-1]
    return [Labels(part.astype(np.uint64)[None], multilabel=False) for part in np.split(numbers, ends)]


def _mask_words(indicator):
    """Return each row of an indicator as a column of bit masks of 64 labels each."""
    blocks = []
    for start in range(0, max(indicator.shape[0], 1), _ROWS_A_BLOCK):
        block = indicator[start : start + _ROWS_A_BLOCK]
        dense = block.toarray() if sparse.issparse(block) else block
        blocks.append(as_words(np.packbits(dense != 0, axis=1)))
    return np.concatenate(blocks, axis=1)
