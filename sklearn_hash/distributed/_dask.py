"""Import of Dask on first use, and what its tasks have in common."""

from contextlib import contextmanager

import numpy as np
from threadpoolctl import threadpool_limits

from sklearn_hash.stores._optional import import_engine

__all__ = ["block_array", "import_dask", "import_dask_array", "one_thread"]


def import_dask():
    """Return the module ``dask``."""
    return import_engine("dask", "dask")


def import_dask_array():
    """Return the module ``dask.array``."""
    return import_engine("dask.array", "dask")


@contextmanager
def one_thread():
    """Run a task on one thread: workers run one task on each core already."""
    with threadpool_limits(limits=1):
        yield


def block_array(blocks, sizes, width):
    """Return a dask array of uint8 matrices that tasks compute.

    Parameters
    ----------
    blocks : list of Delayed
    sizes : list of int
        Rows of each.
    width : int
        Columns of all.

    Returns
    -------
    array : dask array of shape (sum of sizes, width), uint8
    """
    da = import_dask_array()
    if not blocks:
        return da.empty((0, width), dtype=np.uint8)
    arrays = [da.from_delayed(block, (size, width), dtype=np.uint8) for block, size in zip(blocks, sizes, strict=True)]
    return da.concatenate(arrays)
