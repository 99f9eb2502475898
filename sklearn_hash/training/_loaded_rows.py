"""Rows that are loaded one by one by a function of the user or a torch Dataset."""

import sys

import numpy as np
import torch

__all__ = ["START_METHOD", "LoadedRows"]

# Start method of worker processes. Processes of joblib have a default that torch cannot use.
START_METHOD = "fork" if sys.platform == "linux" else "spawn"

# Number of rows from which mean and deviation are computed, since loading a file takes as long as a training step.
_LOADED_FOR_MOMENTS = 10_000

_HOST = torch.device("cpu")


class LoadedRows:
    """Rows that are loaded when a batch needs them.

    Parameters
    ----------
    items : ndarray of shape (n,)
        Paths or row ids.
    loader : callable
        Function called as ``loader(item)`` that returns the row of an item, an array or tensor.
    row_shape : tuple of int, optional
        Shape that every row must have; by default that of the first row.
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
        """Return the rows at a slice or an integer tensor, as a tensor."""
        rows = [self._row(item) for item in self._items(index)]
        return torch.stack(rows) if rows else torch.empty((0, *self.row_shape))

    def take_loadable(self, index):
        """Return the rows that can be loaded, and the errors of the others.

        Parameters
        ----------
        index : slice or tensor

        Returns
        -------
        rows : tensor
        failures : dict of int to str
            Errors of the other rows, by their position in `index`.
        """
        rows, failures = [], {}
        for position, item in enumerate(self._items(index)):
            try:
                rows.append(self._row(item))
            except ValueError as error:
                failures[position] = str(error)
        return torch.stack(rows) if rows else torch.empty((0, *self.row_shape)), failures

    def select(self, index):
        """Return a subset of the rows, for a validation split."""
        return LoadedRows(self.items[index], self.loader, self.row_shape)

    def moments(self):
        """Return the mean of every column and one standard deviation, from at most ten thousand evenly spaced rows."""
        total, squares = 0.0, 0.0
        items = self.items[:: -(-len(self) // _LOADED_FOR_MOMENTS)]
        for item in items:
            row = self._row(item).numpy().astype(np.float64)
            total, squares = total + row, squares + np.square(row)
        mean = total / len(items)
        return mean, float(np.sqrt(max((squares / len(items) - np.square(mean)).mean(), 0.0)))

    def to(self, device):
        """Return self, since there are no tensors to move."""
        return self
