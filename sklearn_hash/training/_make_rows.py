"""Wrapping of X as rows that are read batch by batch."""

from collections.abc import Mapping, Sized
from functools import partial

import numpy as np
from scipy import sparse
from torch.utils.data import Dataset

from sklearn_hash.training._dense_rows import DenseRows
from sklearn_hash.training._images import ChannelsFirst
from sklearn_hash.training._loaded_rows import LoadedRows
from sklearn_hash.training._mapped_rows import MappedRows
from sklearn_hash.training._sparse_rows import SparseRows
from sklearn_hash.training._token_rows import TokenRows

__all__ = ["make_rows"]


def make_rows(X, loader=None, row_shape=None, channels="first"):
    """Wrap validated input as rows.

    Parameters
    ----------
    X : ndarray of shape (n, d) or (n, C, H, W), memmap, CSR of shape (n, d), items of a loader, torch Dataset, or dict
    loader : callable, default=None
    row_shape : tuple of int, default=None
        Shape that rows of a loader or a Dataset must have; by default that of the first row.
    channels : {"auto", "first", "last"}, default="first"
        Position of the channel axis in images of a loader or a Dataset; in the rows, channels are first.

    Returns
    -------
    rows : DenseRows, MappedRows, SparseRows, LoadedRows or TokenRows

    Raises
    ------
    ValueError
        If an array has an unsupported number of dimensions, or a Dataset has no length.
    """
    if isinstance(X, Mapping):
        return TokenRows(X)
    if isinstance(X, Dataset):
        if not isinstance(X, Sized):
            raise ValueError(f"X must be a torch Dataset with a length and numbered items; got {type(X).__name__}.")
        return LoadedRows(np.arange(len(X)), ChannelsFirst(partial(_dataset_row, X), channels), row_shape)
    if loader is not None:
        items = np.asarray(X)
        if items.ndim != 1:
            raise ValueError(f"X must be a 1-D array of paths or row ids with a loader; got shape {items.shape}.")
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
    """Return the row of an item that may be a tuple (row, label)."""
    item = dataset[int(index)]
    return item[0] if isinstance(item, (tuple, list)) else item
