"""Rows of a memory map, read from the file batch by batch."""

import numpy as np
import torch

from sklearn_hash.training._dense_rows import dense_moments
from sklearn_hash.training._loaded_rows import START_METHOD

__all__ = ["MappedRows"]

# Kept as they are until a batch is on the device; any other number becomes float32 in the batch.
_KEPT_TYPES = (np.float32, np.float16, np.uint8)

_HOST = torch.device("cpu")


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
        """Return the rows at a slice or an integer tensor, as a tensor."""
        index = index if isinstance(index, slice) else index.numpy()
        rows = self.X[index if self.index is None else self.index[index]]
        return torch.from_numpy(rows.astype(rows.dtype if rows.dtype in _KEPT_TYPES else np.float32))

    def select(self, index):
        """Return a subset of the rows, for a validation split, without reading them."""
        return MappedRows(self.X, index if self.index is None else self.index[index])

    def moments(self):
        """Return the mean of every column and one standard deviation over all rows; reads the file twice, in blocks."""
        return dense_moments(self)

    def to(self, device):
        """Return self: the rows stay in their file."""
        return self
