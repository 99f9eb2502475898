"""Scalar quantization of vectors to 8 bits, with a scale and an offset for each dimension."""

import numpy as np

__all__ = ["ScalarQuantizer"]

_STEPS = 255


class ScalarQuantizer:
    """Uniform quantization of each dimension over its range in the given vectors.

    Parameters
    ----------
    blocks : iterable of ndarray of shape (n, n_features)
        Blocks of the vectors; at least one must have a row.

    Attributes
    ----------
    scale, offset : ndarray of shape (n_features,), float64
        A vector is approximated by ``scale * quantized + offset``, within half of ``scale`` in each dimension.
    """

    def __init__(self, blocks):
        low = high = None
        for block in blocks:
            least, largest = block.min(axis=0), block.max(axis=0)
            low = least if low is None else np.minimum(low, least)
            high = largest if high is None else np.maximum(high, largest)
        low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
        scale = (high - low) / _STEPS
        self.scale = np.where(scale > 0, scale, 1.0)  # any value, for a constant dimension
        self.offset = low + 128 * self.scale

    def encode(self, X):
        """Return quantized vectors, int8 of shape (n, n_features); values out of the range are clipped."""
        return np.clip(np.rint((X - self.offset) / self.scale), -128, 127).astype(np.int8)

    def decode(self, quantized):
        """Return the decoded vectors, float64 of shape (n, n_features)."""
        return quantized * self.scale + self.offset
