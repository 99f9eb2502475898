"""Targets of the losses, computed batch by batch; no (n, n) matrix is built from labels."""

import numpy as np
import torch
from scipy import sparse

from sklearn_hash.losses import similarity_matrix

__all__ = ["CallableTargets", "IndicatorTargets", "LabelTargets", "MatrixTargets"]


_HOST = torch.device("cpu")


class LabelTargets:
    """Targets with one class per row; two rows are similar if they have the same class.

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
        """Return the similarity of some rows.

        Parameters
        ----------
        index : slice or tensor of int
            Numbers of the rows.

        Returns
        -------
        similarity : tensor of shape (len(index), len(index)), float32
        """
        return similarity_matrix(self.labels_of(index))

    def labels_of(self, index):
        """Return the class numbers of some rows.

        Parameters
        ----------
        index : slice or tensor of int
            Numbers of the rows.

        Returns
        -------
        labels : tensor of shape (len(index),), int64
        """
        return self.tensor[_moved(index, self.tensor.device)]

    def numbers_of(self, index):
        """Return the numbers of some rows as a tensor.

        Parameters
        ----------
        index : slice or tensor of int
            Numbers of the rows.

        Returns
        -------
        numbers : tensor of shape (len(index),), int64
        """
        return _row_numbers(index, len(self))

    @property
    def index_device(self):
        """Device of the row indices."""
        return self.tensor.device

    def select(self, index):
        """Return the targets of a subset of the rows.

        Parameters
        ----------
        index : ndarray of int

        Returns
        -------
        targets : LabelTargets
        """
        return LabelTargets(self.labels[index])

    def to(self, device):
        """Return the targets with their tensor on a device.

        Parameters
        ----------
        device : torch.device

        Returns
        -------
        targets : LabelTargets
        """
        moved = LabelTargets(self.labels)
        moved.tensor = self.tensor.to(device)
        return moved


class IndicatorTargets:
    """Targets with several labels per row, as a dense or CSR indicator of 0 and 1.

    Parameters
    ----------
    Y : ndarray or CSR of shape (n, n_labels)
    kind : {"share", "jaccard", "cosine"}
    """

    def __init__(self, Y, kind):
        self.labels = Y
        self.kind = kind
        self.device = _HOST
        self.tensor = None if sparse.issparse(Y) else torch.from_numpy(np.ascontiguousarray(Y))

    def __len__(self):
        return self.labels.shape[0]

    def similarity_of(self, index):
        """Return the similarity of the rows in ``index``, float32 of shape (len(index), len(index))."""
        return similarity_matrix(self.labels_of(index), self.kind)

    def labels_of(self, index):
        """Return the indicator of the rows in ``index``, float32 of shape (len(index), n_labels)."""
        if self.tensor is not None:
            return self.tensor[_moved(index, self.device)].float()
        rows = self.labels[index if isinstance(index, slice) else index.numpy()].toarray()
        return torch.from_numpy(rows.astype(np.float32)).to(self.device)

    def numbers_of(self, index):
        """Return the numbers of the rows in ``index``, int64 of shape (len(index),)."""
        return _row_numbers(index, len(self))

    @property
    def index_device(self):
        """Device of the row indices."""
        return _HOST if self.tensor is None else self.device

    def select(self, index):
        """Return the targets of a subset of the rows."""
        return IndicatorTargets(self.labels[index], self.kind)

    def to(self, device):
        """Return the targets with similarities computed on a device, to which a dense indicator is copied."""
        moved = IndicatorTargets(self.labels, self.kind)
        moved.device = device
        moved.tensor = None if self.tensor is None else self.tensor.to(device)
        return moved


class MatrixTargets:
    """Targets given by a similarity matrix, in which NaN marks unknown pairs.

    Parameters
    ----------
    matrix : ndarray or CSR of shape (n_ids, n_ids)
    ids : ndarray of shape (n,), int64
        Row of the matrix for each row of X.
    """

    index_device = _HOST

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
        """Return the similarity of the rows in ``index``, float32 of shape (len(index), len(index))."""
        ids = self.ids[index if isinstance(index, slice) else index.numpy()]
        return torch.from_numpy(np.ascontiguousarray(self._between(ids, ids), dtype=np.float32))

    def select(self, index):
        """Return the targets of a subset of the rows."""
        return type(self)(self.matrix, self.ids[index])

    def partners(self):
        """Return a function that maps a row number to the numbers of the rows similar to it."""
        if sparse.issparse(self.matrix):
            # Computed once for all rows, since slicing columns takes as long for one row as for many.
            block = sparse.csr_array(self.matrix[self.ids][:, self.ids])
            return lambda row: _positive_columns(block, row)
        return lambda row: np.flatnonzero(self._between(self.ids[[row]], self.ids)[0] > 0)

    def relevance(self, others):
        """Return the relevance of the rows of ``others``, bool of shape (n, n_others); False for unknown pairs."""
        return self._between(self.ids, others.ids) > 0

    def to(self, device):
        """Return self, since the matrix stays in host memory."""
        return self


class CallableTargets(MatrixTargets):
    """Targets given by a function that computes similarities from row ids.

    Parameters
    ----------
    matrix : callable
        ``matrix(ids, others)`` returns the similarities as an array or sparse matrix of shape (len(ids), len(others)).
    ids : ndarray of shape (n,)
    """

    def _between(self, ids, others):
        values = self.matrix(ids, others)
        values = np.asarray(values.toarray() if sparse.issparse(values) else values, dtype=np.float32)
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


def _moved(index, device):
    """Move row indices to the device of the tensor that they index."""
    return index if isinstance(index, slice) else index.to(device, non_blocking=True)


def _row_numbers(index, n):
    return torch.arange(n)[index] if isinstance(index, slice) else index


def _positive_columns(matrix, row):
    """Return the columns of the positive values in a row of a CSR matrix."""
    stored = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[stored][matrix.data[stored] > 0]
