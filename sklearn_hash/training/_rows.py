"""Rows of X in the form a network reads them: whole batches at a time, never row by row."""

from collections.abc import Sized
from functools import partial

import numpy as np
import torch
from scipy import sparse
from torch.utils.data import Dataset

__all__ = ["DenseRows", "LoadedRows", "SparseRows", "make_rows"]

# Values made float64 at once: 16 MB.
_VALUES_A_BLOCK = 1 << 21


class DenseRows:
    """Rows of a dense array, (n, ...); on the device already where that is worth it.

    Parameters
    ----------
    X : ndarray of shape (n, ...), float32, float16 or uint8
        Kept in its own type: a batch becomes float32 when the network reads it.
    """

    def __init__(self, X):
        # A tensor over read-only memory (a memory map) would be undefined behaviour if written to; torch warns. It has
        # no tensors that run backwards (X[::-1]). Both stay arrays, copied one batch at a time.
        self.X = torch.from_numpy(X) if X.flags.writeable and min(X.strides) >= 0 else X

    def __len__(self):
        return len(self.X)

    @property
    def row_shape(self):
        """Shape of one row."""
        return tuple(self.X.shape[1:])

    def take(self, index):
        """The rows that a slice or an integer tensor names, as a tensor."""
        if not torch.is_tensor(self.X):
            return torch.from_numpy(np.array(self.X[index]))
        return self.X[index] if isinstance(index, slice) else self.X.index_select(0, index.to(self.X.device))

    def select(self, index):
        """A view of some rows, for a validation split."""
        return DenseRows(np.asarray(self.X)[index])

    def moments(self):
        """Mean of every column and one standard deviation over the whole centred array."""
        X = np.asarray(self.X)
        mean = X.mean(axis=0, dtype=np.float64)
        # In blocks: a float64 copy of all of X may not fit.
        step = max(1, _VALUES_A_BLOCK // mean.size)
        squares = sum(np.square(X[start : start + step] - mean).sum() for start in range(0, len(X), step))
        return mean, float(np.sqrt(squares / X.size))

    def to(self, device):
        """The same rows on a device, where at most a quarter of its free memory holds them."""
        if device.type != "cuda" or not torch.is_tensor(self.X):
            return self
        free, _ = torch.cuda.mem_get_info(device)
        if self.X.numel() * self.X.element_size() > free // 4:
            return self
        moved = DenseRows.__new__(DenseRows)
        moved.X = self.X.to(device)
        return moved


class SparseRows:
    """Rows of a CSR matrix, (n, d), made dense one batch at a time.

    Parameters
    ----------
    X : CSR matrix or array of shape (n, d)
    """

    def __init__(self, X):
        self.X = X

    def __len__(self):
        return self.X.shape[0]

    @property
    def row_shape(self):
        """Shape of one row."""
        return (self.X.shape[1],)

    def take(self, index):
        """The rows that a slice or an integer tensor names, as a dense tensor."""
        return torch.from_numpy(self.X[index if isinstance(index, slice) else index.numpy()].toarray())

    def select(self, index):
        """Some of the rows, for a validation split."""
        return SparseRows(self.X[index])

    def moments(self):
        """Mean of every column and one standard deviation over the whole centred matrix."""
        X = self.X.astype(np.float64)
        mean = np.asarray(X.mean(axis=0)).ravel()
        variance = X.multiply(X).sum() / X.shape[0] - np.square(mean).sum()
        return mean, float(np.sqrt(max(variance, 0.0) / X.shape[1]))

    def to(self, device):
        """Itself: sparse rows stay in host memory."""
        return self


class LoadedRows:
    """Rows that are read when a batch needs them.

    Parameters
    ----------
    items : ndarray of shape (n,)
        Paths or row ids.
    loader : callable
        ``loader(item)`` gives the row of one item, an array or tensor.
    """

    def __init__(self, items, loader):
        self.items = items
        self.loader = loader
        self.row_shape = tuple(self._load(items[0]).shape) if len(items) else ()

    def __len__(self):
        return len(self.items)

    def _load(self, item):
        row = self.loader(item)
        if torch.is_tensor(row):
            return row
        row = np.array(row)
        if row.dtype.kind not in "buif":
            raise ValueError(f"Rows must be arrays or tensors of numbers; for {item} there is one of {row.dtype}.")
        return torch.from_numpy(row)

    def _row(self, item):
        row = self._load(item)
        if row.shape != self.row_shape:
            raise ValueError(
                f"Rows must have one shape; for {item} it is {tuple(row.shape)}, for the first row {self.row_shape}."
            )
        return row

    def take(self, index):
        """The rows that a slice or an integer tensor names, as a tensor."""
        return torch.stack(
            [self._row(item) for item in self.items[index if isinstance(index, slice) else index.numpy()]]
        )

    def select(self, index):
        """Some of the rows, for a validation split."""
        return LoadedRows(self.items[index], self.loader)

    def moments(self):
        """Mean of every column and one standard deviation over all centred rows; reads every row once."""
        total, squares = 0.0, 0.0
        for item in self.items:
            row = self._row(item).numpy().astype(np.float64)
            total, squares = total + row, squares + np.square(row)
        mean = total / len(self)
        return mean, float(np.sqrt(max((squares / len(self) - np.square(mean)).mean(), 0.0)))

    def to(self, device):
        """Itself: nothing is held that could move."""
        return self


def make_rows(X, loader=None):
    """Wrap validated input.

    Parameters
    ----------
    X : ndarray of shape (n, d) or (n, C, H, W), CSR of shape (n, d), items of a loader, or torch Dataset
    loader : callable, optional

    Returns
    -------
    rows : DenseRows, SparseRows or LoadedRows

    Raises
    ------
    ValueError
        If an array has another number of dimensions, or a Dataset has no length.
    """
    if isinstance(X, Dataset):
        if not isinstance(X, Sized):
            raise ValueError(f"X must be a torch Dataset with a length and numbered items; got {type(X).__name__}.")
        return LoadedRows(np.arange(len(X)), partial(_dataset_row, X))
    if loader is not None:
        items = np.asarray(X)
        if items.ndim != 1:
            raise ValueError(f"X must be a 1-D array of paths or row ids with a 'loader'; got shape {items.shape}.")
        return LoadedRows(items, loader)
    if X.ndim not in (2, 4):
        raise ValueError(
            "X must be of shape (n, n_features), or images of shape (n, channels, height, width); got an array of "
            f"shape {X.shape}. Reshape your data."
        )
    return SparseRows(X) if sparse.issparse(X) else DenseRows(X)


def _dataset_row(dataset, index):
    """The row of an item that may be a tuple (row, label)."""
    item = dataset[int(index)]
    return item[0] if isinstance(item, (tuple, list)) else item
