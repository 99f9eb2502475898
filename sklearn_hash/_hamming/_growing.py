"""Base class of indexes that are built from all rows when first needed."""

import threading
from abc import ABC, abstractmethod

import numpy as np

__all__ = ["GrowingIndex"]


class GrowingIndex(ABC):
    """Packed codes to which rows can be appended, and a structure that is built from them when needed.

    Parameters
    ----------
    packed : ndarray of shape (n, n_bytes), uint8
        Codes, which are not copied.
    n_bits : int

    Notes
    -----
    A structure is never changed, only replaced, so that several threads may search at once.
    """

    def __init__(self, packed, n_bits):
        self.n_bits = n_bits
        self._packed = packed
        self._appended = []
        self._built = None
        self._lock = threading.RLock()

    def __reduce__(self):
        return type(self), (self.packed, self.n_bits)

    @property
    def packed(self) -> np.ndarray:
        """Packed codes of all rows, uint8 of shape (n, n_bytes)."""
        with self._lock:
            if self._appended:
                self._packed = np.concatenate([self._packed, *self._appended])
                self._appended = []
            return self._packed

    @property
    def n(self) -> int:
        """Number of rows."""
        with self._lock:
            return len(self._packed) + sum(map(len, self._appended))

    @property
    def nbytes(self) -> int:
        """Number of bytes, including the packed codes."""
        with self._lock:
            return self.packed.nbytes + (0 if self._built is None else self._built.nbytes)

    def append(self, packed: np.ndarray) -> None:
        """Append rows."""
        with self._lock:
            self._appended.append(packed)
            self._built = None

    @abstractmethod
    def radius(self, queries, radius, *, where=None, n_jobs=None):
        """Find the rows within the radius of every query, ordered by (distance, row)."""
