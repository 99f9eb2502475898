"""Import of Dask on first use, and helpers for its tasks."""

from contextlib import contextmanager

import numpy as np
from threadpoolctl import threadpool_limits

from sklearn_hash.stores._optional import import_engine

__all__ = ["block_array", "import_dask", "import_dask_array", "one_thread"]


def import_dask():
    """Import and return the module ``dask``."""
    return import_engine("dask", "dask")


def import_dask_array():
    """Import and return the module ``dask.array``."""
    return import_engine("dask.array", "dask")


@contextmanager
def one_thread():
    """Limit a task to one thread, since workers already run one task per core."""
    with threadpool_limits(limits=1):
        yield


def block_array(blocks, sizes, width):
    """Return a dask array of uint8 matrices that tasks compute.

    Parameters
    ----------
    blocks : list of Delayed
    sizes : list of int
        Number of rows of each block.
    width : int
        Number of columns of all blocks.

    Returns
    -------
    array : dask array of shape (sum of sizes, width), uint8
    """
    da = import_dask_array()
    if not blocks:
        return da.empty((0, width), dtype=np.uint8)
    arrays = [da.from_delayed(block, (size, width), dtype=np.uint8) for block, size in zip(blocks, sizes, strict=True)]
    return da.concatenate(arrays)
