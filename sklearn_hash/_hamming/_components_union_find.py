"""Union-find that several threads share without a lock.

The parent of a row is a smaller row or the row itself, so the root of a component is its smallest row for any order of
the unions. Only the entry of a root is changed by compare-and-swap; every other write replaces a parent by an ancestor,
which remains an ancestor (Anderson and Woll, "Wait-free parallel algorithms for the union-find problem", STOC 1991).
"""

from typing import Any

import numba.extending
import numpy as np
from llvmlite import ir
from numba import njit, types

__all__ = ["find", "roots_of", "unite"]

intrinsic: Any = numba.extending.intrinsic


@intrinsic
def _exchange(typing_context, address, expected, new):
    """Write ``new`` to an address if it holds ``expected``, in one atomic step, and return whether it was written."""

    def generate(context, builder, signature, arguments):
        address, expected, new = arguments
        pointer = builder.inttoptr(address, expected.type.as_pointer())
        outcome = builder.cmpxchg(pointer, expected, new, "acq_rel", "acquire")
        return builder.zext(builder.extract_value(outcome, 1), ir.IntType(8))

    return types.uint8(types.int64, expected, expected), generate


@njit(cache=True, nogil=True)
def find(parents, row):
    """Return the root of a row, and halve the path to it."""
    parent = parents[row]
    while parent != row:
        above = parents[parent]
        parents[row] = above
        row = above
        parent = parents[row]
    return row


@njit(cache=True, nogil=True)
def unite(parents, row, other):
    """Join the components of two rows."""
    while True:
        low, high = find(parents, row), find(parents, other)
        if low == high:
            return
        if low > high:
            low, high = high, low
        address = np.int64(parents.ctypes.data) + np.int64(high) * parents.itemsize
        if _exchange(address, high, low):
            return


@njit(cache=True, nogil=True)
def roots_of(parents):
    """Replace every parent by the root, in place."""
    for row in range(len(parents)):
        parents[row] = parents[parents[row]]  # the parent is smaller, so its entry already is its root
