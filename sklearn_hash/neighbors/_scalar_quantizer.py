"""Scalar quantization of vectors to 8 bits, with a scale and an offset for each dimension."""

import numpy as np

__all__ = ["ScalarQuantizer"]

_STEPS = 255


class ScalarQuantizer:
    """Uniform quantization of each dimension over its range in the vectors that it was made for.

    Parameters
    ----------
    blocks : iterable of ndarray of shape (n, n_features)
        Blocks of the vectors; at least one holds a row.

    Attributes
    ----------
    scale, offset : ndarray of shape (n_features,), float64
        A vector is about ``scale * quantized + offset``, within half of ``scale`` in each dimension.
    """

    def __init__(self, blocks):
        low = high = None
        for block in blocks:
            least, largest = block.min(axis=0), block.max(axis=0)
            low = least if low is None else np.minimum(low, least)
            high = largest if high is None else np.maximum(high, largest)
        low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
        scale = (high - low) / _STEPS
        self.scale = np.where(scale > 0, scale, 1.0)  # of a constant dimension, any
        self.offset = low + 128 * self.scale

    def encode(self, X):
        """Return quantized vectors, (n, n_features) int8; what is out of the range becomes its nearer end."""
        return np.clip(np.rint((X - self.offset) / self.scale), -128, 127).astype(np.int8)

    def decode(self, quantized):
        """Return the vectors that quantized ones stand for, (n, n_features) float64."""
        return quantized * self.scale + self.offset
