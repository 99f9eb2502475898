"""Module of the exported graph, from rows to packed codes."""

import torch
from torch import nn

__all__ = ["PackedCodes"]


class PackedCodes(nn.Module):
    """Module that maps rows to packed codes, in the bit order of :func:`numpy.packbits`.

    Parameters
    ----------
    parts : list of nn.Module
        Preprocessing modules and the module of the hasher, which returns real-valued codes of shape (n, n_bits).
    n_bits : int
    channels_last : bool, default=False
        Whether rows are images of shape (height, width, channels); the parts take images with the channels first.
    has_fields : bool, default=False
        Whether a batch is given as several arrays, which are stacked for the parts.
    """

    weights: torch.Tensor

    def __init__(self, parts, n_bits, channels_last=False, has_fields=False):
        super().__init__()
        self.parts = nn.Sequential(*parts)
        self.channels_last = channels_last
        self.has_fields = has_fields
        self.register_buffer("weights", _byte_weights(n_bits))

    def forward(self, *inputs):
        """Return the packed codes of a batch, uint8 of shape (n, ceil(n_bits / 8))."""
        x = torch.stack(inputs, dim=1) if self.has_fields else inputs[0]
        z = self.parts(x.movedim(-1, 1) if self.channels_last else x)
        # As in transform, a value that is rounded to zero in float32 is not positive.
        bits = (z.float() > 0).float()
        # Every runtime has a float32 matrix product, in which sums below 256 are exact.
        return (bits @ self.weights).to(torch.uint8)


def _byte_weights(n_bits):
    """Return the value of each bit in each byte, of shape (n_bits, n_bytes); the first bit of a byte is the highest."""
    weights = torch.zeros(n_bits, -(-n_bits // 8))
    bits = torch.arange(n_bits)
    weights[bits, bits // 8] = 2.0 ** (7 - bits % 8)
    return weights
