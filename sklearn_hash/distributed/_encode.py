"""Encoding of data larger than memory to packed codes, as a lazy dask array."""

from copy import copy
from pathlib import Path

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from sklearn_hash._last_step import last_step
from sklearn_hash.codes import packed_width
from sklearn_hash.distributed._dask import block_array, import_dask, import_dask_array, one_thread
from sklearn_hash.distributed._row_files import count_rows, read_rows, row_files
from sklearn_hash.hashers._base import BaseHasher

__all__ = ["encode"]


def encode(hasher, X, *, rows_per_block=100_000):
    """Compute the packed codes of rows with Dask.

    The result is lazy: pass it to :func:`write_parts` or to the ``fit`` of a :class:`ShardedHammingNeighbors`, or call
    its ``compute``. A worker holds one block of rows at a time. If a worker is lost, another one computes its blocks
    again.

    Parameters
    ----------
    hasher : fitted hasher, or Pipeline that ends with one
        Estimator that computes the codes.
    X : dask array of shape (n, n_features) or (n, C, H, W), dask DataFrame, or str or Path
        Rows; or the path of a ``.npy`` or Parquet file, or of a folder of such files, which are read in the order of
        their names. The columns of a Parquet file are numbers, or a single column of lists of equal length.
    rows_per_block : int, default=100_000
        Maximum number of rows of a file in one block. The blocks of a dask array are not changed.

    Returns
    -------
    codes : dask array of shape (n, n_bytes), uint8
        Packed codes, in the bit order of :func:`numpy.packbits`.

    Raises
    ------
    ImportError
        If Dask is not installed.
    TypeError
        If X is of another type.
    ValueError
        If the estimator is not a hasher, the folder has no such file, or a Parquet file has other columns.
    NotFittedError
        If the hasher is not fitted.

    Examples
    --------
    >>> import dask.array as da
    >>> from sklearn.datasets import load_digits
    >>> from sklearn_hash import ITQHasher
    >>> from sklearn_hash.distributed import encode
    >>> X = load_digits().data
    >>> hasher = ITQHasher(n_bits=32, random_state=0).fit(X)
    >>> codes = encode(hasher, da.from_array(X, chunks=(500, -1)))
    >>> codes.shape, codes.chunks[0], codes.dtype
    ((1797, 4), (500, 500, 500, 297), dtype('uint8'))
    """
    hasher, n_bits = _with_packed_output(hasher)
    # As a task in the graph, any worker can compute it again; a scattered object would be lost with its worker.
    model = import_dask().delayed(hasher, pure=False)
    n_bytes = packed_width(n_bits)
    if isinstance(X, str | Path):
        return _encode_files(model, row_files(X), rows_per_block, n_bytes)
    if hasattr(X, "to_dask_array"):
        X = X.to_dask_array(lengths=True)
    if not isinstance(X, import_dask_array().Array):
        raise TypeError(
            f"X must be a dask array or DataFrame, or the path of a file or folder; got {type(X).__name__}. Hash rows "
            "in memory with the hasher's own transform."
        )
    return _encode_array(model, X, n_bytes)


def _with_packed_output(hasher):
    """Return a copy of the hasher whose codes are packed, and the code length."""
    last = last_step(hasher)
    if not isinstance(last, BaseHasher):
        raise ValueError(f"hasher must be a hasher, or a Pipeline that ends with one; got {hasher!r:.200}.")
    check_is_fitted(last)
    packed = copy(last).set_params(output="packed")
    if last is hasher:
        return packed, last.n_bits_
    return Pipeline([*hasher.steps[:-1], (hasher.steps[-1][0], packed)]), last.n_bits_


def _encode_array(model, X, n_bytes):
    """Encode block by block; the blocks must hold whole rows."""
    X = X.rechunk(dict.fromkeys(range(1, X.ndim), -1))
    delayed = import_dask().delayed(_encode_block)
    blocks = [delayed(model, block) for block in X.to_delayed().reshape(len(X.chunks[0]))]
    return block_array(blocks, X.chunks[0], n_bytes)


def _encode_files(model, files, rows_per_block, n_bytes):
    delayed = import_dask().delayed(_encode_rows)
    blocks, sizes = [], []
    for file in files:
        n_rows = count_rows(file)
        for start in range(0, n_rows, rows_per_block):
            stop = min(start + rows_per_block, n_rows)
            blocks.append(delayed(model, str(file), start, stop))
            sizes.append(stop - start)
    return block_array(blocks, sizes, n_bytes)


def _encode_rows(model, file, start, stop):
    return _encode_block(model, read_rows(file, start, stop))


def _encode_block(model, rows):
    if not len(rows):
        return np.empty((0, packed_width(last_step(model).n_bits_)), np.uint8)
    with one_thread():
        return model.transform(rows)
