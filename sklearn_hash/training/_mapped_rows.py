"""Rows of a memory map, which are read from the file batch by batch."""

import numpy as np
import torch

from sklearn_hash.training._dense_rows import dense_moments
from sklearn_hash.training._loaded_rows import START_METHOD

__all__ = ["MappedRows"]

# Types that are converted to float32 only on the device; other types are converted when a batch is read.
_KEPT_TYPES = (np.float32, np.float16, np.uint8)

_HOST = torch.device("cpu")


class MappedRows:
    """Rows of a memory map, which are read when a batch needs them; the file is never copied as a whole.

    Parameters
    ----------
    X : memmap of shape (n, ...)
        Memory map of numbers; types other than float32, float16 and uint8 are converted to float32 in a batch.
    index : ndarray of shape (n_rows,), optional
        Row numbers in order; by default all rows.

    Raises
    ------
    ValueError
        If X does not hold real numbers.
    """

    # A worker process that does not share memory with this one would get a copy of the whole file.
    reads = START_METHOD == "fork"
    index_device = _HOST

    def __init__(self, X, index=None):
        if X.dtype.kind not in "buif":
            raise ValueError(f"X must be a memory map of real numbers; got {X.dtype}.")
        # Slicing an ndarray is several times faster than slicing a memmap.
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
        """Return the mean of every column and one standard deviation, by reading the file twice in blocks."""
        return dense_moments(self)

    def to(self, device):
        """Return self, since the rows stay in the file."""
        return self
