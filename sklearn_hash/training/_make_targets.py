"""Construction of the targets of a fit from y and the `similarity` parameter."""

import numpy as np
from scipy import sparse
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from sklearn_hash._class_labels import plain_labels
from sklearn_hash._validation import check_similarity
from sklearn_hash.training._targets import CallableTargets, IndicatorTargets, LabelTargets, MatrixTargets

__all__ = ["check_can_teach", "make_targets"]

LABEL_KINDS = ("share", "jaccard", "cosine")


def make_targets(y, similarity, n):
    """Make the targets of a fit.

    Parameters
    ----------
    y : array-like or sparse matrix
        Class labels, an indicator of 0 and 1, the similarity matrix with ``similarity="precomputed"``, or row ids with
        a matrix or callable.
    similarity : {"share", "jaccard", "cosine", "precomputed"}, matrix or callable
    n : int
        Number of rows of X.

    Returns
    -------
    targets : LabelTargets, IndicatorTargets or MatrixTargets
    classes : ndarray or None
        Class labels, the column numbers of an indicator, or None without labels.

    Raises
    ------
    ValueError
        If y does not have the form that `similarity` requires.
    """
    if isinstance(similarity, str) and similarity in LABEL_KINDS:
        return _label_targets(y, similarity)
    if isinstance(similarity, str):
        if np.ndim(y) != 2:
            raise ValueError(
                f"y must be the ({n}, {n}) similarity matrix with similarity='precomputed'; got {np.ndim(y)} "
                "dimension(s). For labels use similarity='share'."
            )
        name = "y (similarity='precomputed')"
        if np.shape(y)[0] != np.shape(y)[1]:
            raise ValueError(
                f"{name} must be a square matrix of pairs; got shape {np.shape(y)}. Cross-validation draws rows but no "
                "columns: give the whole matrix as similarity= and row ids as y."
            )
        matrix = check_similarity(y, n=n, name=name)
        return MatrixTargets(matrix, np.arange(n)), None
    ids = column_or_1d(y)
    if len(ids) != n:
        raise ValueError(f"y must hold one row id of 'similarity' for each of the {n} rows of X; got {len(ids)}.")
    if callable(similarity):
        return CallableTargets(similarity, ids), None
    matrix = check_similarity(similarity)
    if ids.dtype.kind not in "iu" or (len(ids) and (ids.min() < 0 or ids.max() >= matrix.shape[0])):
        raise ValueError(
            f"y must hold row ids of the similarity matrix, integers from 0 to {matrix.shape[0] - 1}; got {ids.dtype} "
            f"from {min(ids)} to {max(ids)}."
        )
    return MatrixTargets(matrix, ids.astype(np.int64)), None


def _label_targets(y, kind):
    y = plain_labels(y)
    if type_of_target(y, input_name="y") == "multilabel-indicator":
        Y = check_array(y, accept_sparse="csr", input_name="y", dtype=None)
        values = np.unique(Y.data if sparse.issparse(Y) else Y)
        if not np.isin(values, (0, 1)).all():
            raise ValueError(f"y must be an indicator of 0 and 1; got the values {values.tolist()}.")
        return IndicatorTargets(Y.astype(np.uint8), kind), np.arange(Y.shape[1])
    y = column_or_1d(y, warn=True)
    check_classification_targets(y)
    classes, numbers = np.unique(y, return_inverse=True)
    return LabelTargets(numbers.astype(np.int64)), classes


def check_can_teach(targets, classes, name="y"):
    """Raise an error if no code can be learned from the pairs, for example because all are similar.

    Parameters
    ----------
    targets : LabelTargets, IndicatorTargets or MatrixTargets
    classes : ndarray or None
        Class labels of the numbers in LabelTargets.
    name : str, default="y"
        Name of the labels in error messages.

    Raises
    ------
    ValueError
        If there is only one class, no row has a label, all rows share a label, or all known pairs of a similarity
        matrix have the same value.
    """
    if isinstance(targets, LabelTargets):
        present = np.unique(targets.labels)
        if len(present) == 1:
            raise ValueError(
                f"{name} has one class only, {classes.tolist()[present[0]]!r}: every pair is similar and no pair can "
                "teach a code. Pass rows of at least two classes."
            )
    elif isinstance(targets, IndicatorTargets):
        _check_indicator(targets, name)
    elif isinstance(targets, MatrixTargets) and not isinstance(targets, CallableTargets):
        _check_matrix(targets)


def _check_indicator(targets, name):
    counts = np.asarray(targets.labels.sum(axis=0, dtype=np.int64)).ravel()
    if not counts.any():
        raise ValueError(
            f"{name} is all zeros: no row has a label, so no pair is similar and none can teach a code. "
            "Pass rows that have labels."
        )
    everywhere = np.flatnonzero(counts == len(targets))
    alone = len(everywhere) == np.count_nonzero(counts)
    if len(everywhere) and (targets.kind == "share" or alone):
        raise ValueError(
            f"{name} has label {everywhere[0]} in every row: every pair is similar and no pair can teach a code. "
            "Drop that column, or use similarity='jaccard' where other labels differ."
        )


def _check_matrix(targets):
    ids = np.unique(targets.ids)
    if sparse.issparse(targets.matrix):
        known = _known_values(targets.matrix[ids][:, ids])
    else:
        block = targets.matrix[np.ix_(ids, ids)]
        known = block[~np.eye(len(ids), dtype=bool) & ~np.isnan(block)]
    if not known.size or (known == known[0]).all():
        state = f"all known pairs have similarity {known[0]:g}" if known.size else "every pair is unknown (NaN)"
        raise ValueError(
            f"similarity cannot teach a code: {state}. Give pairs that are similar and pairs that are not."
        )


def _known_values(matrix):
    """Return the similarities off the diagonal; for a sparse matrix, one 0 represents all pairs that are not stored."""
    matrix = matrix.tocoo()
    stored = matrix.data[matrix.row != matrix.col]
    n_pairs = matrix.shape[0] * (matrix.shape[0] - 1)
    return np.append(stored[~np.isnan(stored)], np.zeros(min(n_pairs - len(stored), 1), dtype=stored.dtype))
