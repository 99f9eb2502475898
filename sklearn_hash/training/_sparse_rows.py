"""Rows of a sparse matrix, which are converted to dense batch by batch."""

import numpy as np
import torch

__all__ = ["SparseRows"]

_HOST = torch.device("cpu")


class SparseRows:
    """Rows of a CSR matrix of shape (n, d), which are converted to dense one batch at a time.

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
        """Return the rows at a slice or an integer tensor, as a dense tensor."""
        return torch.from_numpy(self.X[index if isinstance(index, slice) else index.numpy()].toarray())

    def select(self, index):
        """Return a subset of the rows, for a validation split."""
        return SparseRows(self.X[index])

    def moments(self):
        """Return the mean of every column and one standard deviation over the whole centred matrix."""
        X = self.X.astype(np.float64)
        mean = np.asarray(X.mean(axis=0)).ravel()
        variance = X.multiply(X).sum() / X.shape[0] - np.square(mean).sum()
        return mean, float(np.sqrt(max(variance, 0.0) / X.shape[1]))

    def to(self, device):
        """Return self, since sparse rows stay in host memory."""
        return self
