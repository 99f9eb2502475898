"""What a loss is taught by, asked one batch at a time: no (n, n) matrix is ever built from labels."""

import numpy as np
import torch
from scipy import sparse

from sklearn_hash.losses import similarity_matrix

__all__ = ["CallableTargets", "FeatureTargets", "IndicatorTargets", "LabelTargets", "MatrixTargets"]


class LabelTargets:
    """One class a row; two rows are similar when they share it.

    Parameters
    ----------
    y : ndarray of shape (n,), int64
        Class numbers.
    """

    def __init__(self, y):
        self.labels = y
        self.tensor = torch.from_numpy(y)

    def __len__(self):
        return len(self.labels)

    def similarity_of(self, index):
        """Similarity of the rows in ``index``, (len(index), len(index)) float32."""
        return similarity_matrix(self.tensor[index])

    def labels_of(self, index):
        """Class numbers of the rows in ``index``, (len(index),) int64."""
        return self.tensor[index]

    def select(self, index):
        """The targets of some rows."""
        return LabelTargets(self.labels[index])

    def to(self, device):
        """The same targets with their tensor on a device."""
        moved = LabelTargets(self.labels)
        moved.tensor = self.tensor.to(device)
        return moved


class IndicatorTargets:
    """Several labels a row, as a 0/1 indicator, dense or CSR.

    Parameters
    ----------
    Y : ndarray or CSR of shape (n, n_labels)
    kind : {"share", "jaccard", "cosine"}
    """

    def __init__(self, Y, kind):
        self.labels = Y
        self.kind = kind
        self.device = torch.device("cpu")

    def __len__(self):
        return self.labels.shape[0]

    def similarity_of(self, index):
        """Similarity of the rows in ``index``, (len(index), len(index)) float32."""
        return similarity_matrix(self.labels_of(index), self.kind)

    def labels_of(self, index):
        """Indicator of the rows in ``index``, (len(index), n_labels) float32."""
        rows = self.labels[index if isinstance(index, slice) else index.numpy()]
        rows = rows.toarray() if sparse.issparse(rows) else rows
        return torch.from_numpy(rows.astype(np.float32)).to(self.device)

    def select(self, index):
        """The targets of some rows."""
        return IndicatorTargets(self.labels[index], self.kind)

    def to(self, device):
        """The same targets, their similarities computed on a device."""
        moved = IndicatorTargets(self.labels, self.kind)
        moved.device = device
        return moved


class MatrixTargets:
    """Similarities that the caller computed, sliced by row id; NaN marks unknown pairs.

    Parameters
    ----------
    matrix : ndarray or CSR of shape (n_ids, n_ids)
    ids : ndarray of shape (n,), int64
        Which row of the matrix each row of X is.
    """

    def __init__(self, matrix, ids):
        self.matrix = matrix
        self.ids = ids

    def __len__(self):
        return len(self.ids)

    def _between(self, ids, others):
        if sparse.issparse(self.matrix):
            return self.matrix[ids][:, others].toarray()
        return self.matrix[np.ix_(ids, others)]

    def similarity_of(self, index):
        """Similarity of the rows in ``index``, (len(index), len(index)) float32."""
        ids = self.ids[index if isinstance(index, slice) else index.numpy()]
        return torch.from_numpy(np.ascontiguousarray(self._between(ids, ids), dtype=np.float32))

    def select(self, index):
        """The targets of some rows."""
        return type(self)(self.matrix, self.ids[index])

    def relevance(self, others):
        """Which rows of ``others`` are similar to each row (unknown is not): (n, n_others) bool."""
        return self._between(self.ids, others.ids) > 0

    def to(self, device):
        """Itself: the matrix stays in host memory."""
        return self


class CallableTargets(MatrixTargets):
    """Similarities that a function computes from row ids.

    Parameters
    ----------
    matrix : callable
        ``matrix(ids, others)`` returns the (len(ids), len(others)) similarities.
    ids : ndarray of shape (n,)
    """

    def _between(self, ids, others):
        values = np.asarray(self.matrix(ids, others), dtype=np.float32)
        if values.shape != (len(ids), len(others)):
            raise ValueError(
                f"similarity(ids, others) must return an array of shape (len(ids), len(others)); for {len(ids)} and "
                f"{len(others)} ids it returned {values.shape}."
            )
        outside = values[(values < 0) | (values > 1)]
        if outside.size:
            raise ValueError(
                f"similarity(ids, others) must return values in [0, 1], with NaN for unknown pairs; got {outside[0]:g}."
            )
        return values


class FeatureTargets:
    """The rows themselves, centred, for losses without labels.

    Parameters
    ----------
    rows : DenseRows, SparseRows or LoadedRows
    mean : ndarray
        Of the training rows, in the shape of one row.
    """

    def __init__(self, rows, mean):
        self.rows = rows
        self.mean = torch.as_tensor(mean, dtype=torch.float32)

    def __len__(self):
        return len(self.rows)

    def features_of(self, index):
        """Centred rows in ``index``, (len(index), n_values) float32."""
        rows = self.rows.take(index)
        return (rows.float() - self.mean.to(rows.device)).flatten(1)

    def select(self, index):
        """The targets of some rows."""
        return FeatureTargets(self.rows.select(index), self.mean)

    def to(self, device):
        """The same targets, their rows on a device where they fit."""
        return FeatureTargets(self.rows.to(device), self.mean.to(device))
