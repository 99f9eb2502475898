"""Rows of X in the form a network reads them: whole batches at a time, never row by row."""

import math
import sys
from collections.abc import Sized
from functools import partial

import numpy as np
import torch
from scipy import sparse
from torch.utils.data import Dataset

from sklearn_hash.training._images import ChannelsFirst

__all__ = ["DenseRows", "LoadedRows", "MappedRows", "SparseRows", "make_rows"]

# Values made float64 at once: 16 MB.
_VALUES_A_BLOCK = 1 << 21

# Rows of a loader whose mean and deviation are taken: reading a file takes as long as a step of training.
_LOADED_FOR_MOMENTS = 10_000

# How processes that read rows start. Named, since the default in joblib's processes is one that torch cannot use.
START_METHOD = "fork" if sys.platform == "linux" else "spawn"

# Kept as they are until a batch is on the device; any other number becomes float32 in the batch.
_KEPT_TYPES = (np.float32, np.float16, np.uint8)


_HOST = torch.device("cpu")


class DenseRows:
    """Rows of a dense array, (n, ...); on the device already where that is worth it.

    Parameters
    ----------
    X : ndarray of shape (n, ...), float32, float16 or uint8
        Kept in its own type: a batch becomes float32 when the network reads it.
    """

    reads = False

    def __init__(self, X):
        # A tensor over read-only memory would be undefined behaviour if written to; torch warns. It has no tensors that
        # run backwards (X[::-1]). Both stay arrays, copied one batch at a time.
        self.X = torch.from_numpy(X) if X.flags.writeable and min(X.strides) >= 0 else X

    def __len__(self):
        return len(self.X)

    @property
    def row_shape(self):
        """Shape of one row."""
        return tuple(self.X.shape[1:])

    @property
    def index_device(self):
        """Where the numbers of rows are wanted."""
        return self.X.device if torch.is_tensor(self.X) else _HOST

    def take(self, index):
        """The rows that a slice or an integer tensor names, as a tensor."""
        if not torch.is_tensor(self.X):
            return torch.from_numpy(np.array(self.X[index]))
        if isinstance(index, slice):
            return self.X[index]
        return self.X.index_select(0, index.to(self.X.device, non_blocking=True))

    def select(self, index):
        """A copy of some rows, for a validation split."""
        return DenseRows(np.asarray(self.X)[index])

    def moments(self):
        """Mean of every column and one standard deviation over the whole centred array."""
        return _moments(self)

    def to(self, device):
        """The same rows on a device, where at most a quarter of its free memory holds them."""
        if device.type != "cuda" or self.X.nbytes > torch.cuda.mem_get_info(device)[0] // 4:
            return self
        moved = DenseRows.__new__(DenseRows)
        moved.X = (self.X if torch.is_tensor(self.X) else torch.from_numpy(np.array(self.X))).to(device)
        return moved


class MappedRows:
    """Rows of a memory map, read when a batch needs them: the file is never copied as a whole.

    Parameters
    ----------
    X : memmap of shape (n, ...)
        Of numbers; other types than float32, float16 and uint8 become float32 in the batch.
    index : ndarray of shape (n_rows,), optional
        Which rows, in which order; all of them unless given.

    Raises
    ------
    ValueError
        If X does not hold real numbers.
    """

    # A process that does not share this one's memory would get a copy of the whole file.
    reads = START_METHOD == "fork"
    index_device = _HOST

    def __init__(self, X, index=None):
        if X.dtype.kind not in "buif":
            raise ValueError(f"X must be a memory map of real numbers; got {X.dtype}.")
        # Slicing the memmap class itself takes several times as long.
        self.X = np.asarray(X)
        self.index = index

    def __len__(self):
        return len(self.X if self.index is None else self.index)

    @property
    def row_shape(self):
        """Shape of one row."""
        return tuple(self.X.shape[1:])

    def take(self, index):
        """The rows that a slice or an integer tensor names, as a tensor."""
        index = index if isinstance(index, slice) else index.numpy()
        rows = self.X[index if self.index is None else self.index[index]]
        return torch.from_numpy(rows.astype(rows.dtype if rows.dtype in _KEPT_TYPES else np.float32))

    def select(self, index):
        """Some of the rows, for a validation split: their numbers only."""
        return MappedRows(self.X, index if self.index is None else self.index[index])

    def moments(self):
        """Mean of every column and one standard deviation over all centred rows; reads the file twice, in blocks."""
        return _moments(self)

    def to(self, device):
        """Itself: the rows stay in their file."""
        return self


def _moments(rows):
    """Moments of dense rows, in blocks: a float64 copy of all of them may not fit."""
    step = max(1, _VALUES_A_BLOCK // math.prod(rows.row_shape))
    blocks = [slice(start, start + step) for start in range(0, len(rows), step)]
    mean = sum(rows.take(block).numpy().sum(axis=0, dtype=np.float64) for block in blocks) / len(rows)
    # What is not finite leaves no finite deviation, which is what Standardize looks at.
    with np.errstate(invalid="ignore"):
        squares = sum(np.square(rows.take(block).numpy() - mean).sum() for block in blocks)
    return mean, float(np.sqrt(squares / (len(rows) * mean.size)))


class SparseRows:
    """Rows of a CSR matrix, (n, d), made dense one batch at a time.

    Parameters
    ----------
    X : CSR matrix or array of shape (n, d)
    """

    reads = False
    index_device = _HOST

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
    row_shape : tuple of int, optional
        The shape that every row must have; that of the first unless given.
    """

    reads = True
    index_device = _HOST

    def __init__(self, items, loader, row_shape=None):
        self.items = items
        self.loader = loader
        self.row_shape = row_shape
        if row_shape is None:
            self.row_shape = tuple(self._load(items[0]).shape) if len(items) else ()

    def __len__(self):
        return len(self.items)

    def _load(self, item):
        try:
            row = self.loader(item)
        except Exception as error:
            raise ValueError(f"The row of {item} cannot be loaded: {type(error).__name__}: {error}") from error
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

    def _items(self, index):
        return self.items[index if isinstance(index, slice) else index.numpy()]

    def take(self, index):
        """The rows that a slice or an integer tensor names, as a tensor."""
        return torch.stack([self._row(item) for item in self._items(index)])

    def take_loadable(self, index):
        """Those of the rows that can be loaded.

        Parameters
        ----------
        index : slice or tensor

        Returns
        -------
        rows : tensor
        failures : dict of int to str
            Why others cannot, by their position in `index`.
        """
        rows, failures = [], {}
        for position, item in enumerate(self._items(index)):
            try:
                rows.append(self._row(item))
            except ValueError as error:
                failures[position] = str(error)
        return torch.stack(rows) if rows else torch.empty((0, *self.row_shape)), failures

    def select(self, index):
        """Some of the rows, for a validation split."""
        return LoadedRows(self.items[index], self.loader, self.row_shape)

    def moments(self):
        """Mean of every column and one standard deviation over centred rows, of ten thousand evenly spread at most."""
        total, squares = 0.0, 0.0
        items = self.items[:: -(-len(self) // _LOADED_FOR_MOMENTS)]
        for item in items:
            row = self._row(item).numpy().astype(np.float64)
            total, squares = total + row, squares + np.square(row)
        mean = total / len(items)
        return mean, float(np.sqrt(max((squares / len(items) - np.square(mean)).mean(), 0.0)))

    def to(self, device):
        """Itself: nothing is held that could move."""
        return self


def make_rows(X, loader=None, row_shape=None, channels="first"):
    """Wrap validated input.

    Parameters
    ----------
    X : ndarray of shape (n, d) or (n, C, H, W), memmap, CSR of shape (n, d), items of a loader, or torch Dataset
    loader : callable, optional
    row_shape : tuple of int, optional
        The shape that rows of a loader or a Dataset must have; that of the first unless given.
    channels : {"auto", "first", "last"}, default="first"
        Where images of a loader or a Dataset have their channels; in the rows they are first.

    Returns
    -------
    rows : DenseRows, MappedRows, SparseRows or LoadedRows

    Raises
    ------
    ValueError
        If an array has another number of dimensions, or a Dataset has no length.
    """
    if isinstance(X, Dataset):
        if not isinstance(X, Sized):
            raise ValueError(f"X must be a torch Dataset with a length and numbered items; got {type(X).__name__}.")
        return LoadedRows(np.arange(len(X)), ChannelsFirst(partial(_dataset_row, X), channels), row_shape)
    if loader is not None:
        items = np.asarray(X)
        if items.ndim != 1:
            raise ValueError(f"X must be a 1-D array of paths or row ids with a 'loader'; got shape {items.shape}.")
        return LoadedRows(items, ChannelsFirst(loader, channels), row_shape)
    if X.ndim not in (2, 4):
        raise ValueError(
            "X must be of shape (n, n_features), or images of shape (n, channels, height, width); got an array of "
            f"shape {X.shape}. Reshape your data."
        )
    if sparse.issparse(X):
        return SparseRows(X)
    return MappedRows(X) if isinstance(X, np.memmap) else DenseRows(X)


def _dataset_row(dataset, index):
    """The row of an item that may be a tuple (row, label)."""
    item = dataset[int(index)]
    return item[0] if isinstance(item, (tuple, list)) else item
