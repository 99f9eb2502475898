"""Rows of an array in memory, which are read in whole batches."""

import math

import numpy as np
import torch

__all__ = ["DenseRows", "dense_moments"]

# Values converted to float64 at once: 16 MB.
_VALUES_A_BLOCK = 1 << 21

_HOST = torch.device("cpu")


class DenseRows:
    """Rows of a dense array of shape (n, ...), which are kept on the device if they fit.

    Parameters
    ----------
    X : ndarray of shape (n, ...), float32, float16 or uint8
        The array keeps its type; a batch is converted to float32 when the network reads it.
    """

    reads = False

    def __init__(self, X):
        # torch warns of tensors over read-only memory and does not support negative strides (X[::-1]). Such arrays are
        # not converted; their rows are copied batch by batch.
        self.X = torch.from_numpy(X) if X.flags.writeable and min(X.strides) >= 0 else X

    def __len__(self):
        return len(self.X)

    @property
    def row_shape(self):
        """Shape of one row."""
        return tuple(self.X.shape[1:])

    @property
    def index_device(self):
        """Device of the row indices."""
        return self.X.device if torch.is_tensor(self.X) else _HOST

    def take(self, index):
        """Return the rows at a slice or an integer tensor, as a tensor."""
        if not torch.is_tensor(self.X):
            return torch.from_numpy(np.array(self.X[index]))
        if isinstance(index, slice):
            return self.X[index]
        return self.X.index_select(0, index.to(self.X.device, non_blocking=True))

    def select(self, index):
        """Return a copy of a subset of the rows, for a validation split."""
        return DenseRows(np.asarray(self.X)[index])

    def moments(self):
        """Return the mean of every column and one standard deviation over the whole centred array."""
        return dense_moments(self)

    def to(self, device):
        """Return the rows on a device, if they take at most a quarter of its free memory."""
        if device.type != "cuda" or self.X.nbytes > torch.cuda.mem_get_info(device)[0] // 4:
            return self
        moved = DenseRows.__new__(DenseRows)
        moved.X = (self.X if torch.is_tensor(self.X) else torch.from_numpy(np.array(self.X))).to(device)
        return moved


def dense_moments(rows):
    """Compute the moments of dense rows in blocks, without a float64 copy of all of them."""
    step = max(1, _VALUES_A_BLOCK // math.prod(rows.row_shape))
    blocks = [slice(start, start + step) for start in range(0, len(rows), step)]
    mean = sum(rows.take(block).numpy().sum(axis=0, dtype=np.float64) for block in blocks) / len(rows)
    # Values that are not finite make the standard deviation not finite, which Standardize checks.
    with np.errstate(invalid="ignore"):
        squares = sum(np.square(rows.take(block).numpy() - mean).sum() for block in blocks)
    return mean, float(np.sqrt(squares / (len(rows) * mean.size)))
