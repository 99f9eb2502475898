"""The graph of a hasher: rows to packed codes."""

import torch
from torch import nn

__all__ = ["PackedCodes"]


class PackedCodes(nn.Module):
    """Rows to packed codes, in the bit order of :func:`numpy.packbits`.

    Parameters
    ----------
    parts : list of nn.Module
        The preprocessing, and the module of the hasher, which returns real-valued codes of shape (n, n_bits).
    n_bits : int
    channels_last : bool, default=False
        Whether rows are images of shape (height, width, channels), which the parts take with the channels first.
    has_fields : bool, default=False
        Whether a batch is given as several arrays, which the parts take side by side.
    """

    weights: torch.Tensor

    def __init__(self, parts, n_bits, channels_last=False, has_fields=False):
        super().__init__()
        self.parts = nn.Sequential(*parts)
        self.channels_last = channels_last
        self.has_fields = has_fields
        self.register_buffer("weights", _byte_weights(n_bits))

    def forward(self, *inputs):
        """Return the packed codes of a batch, (n, ceil(n_bits / 8)) uint8."""
        x = torch.stack(inputs, dim=1) if self.has_fields else inputs[0]
        z = self.parts(x.movedim(-1, 1) if self.channels_last else x)
        # As transform does: a value that float32 rounds to zero is not positive.
        bits = (z.float() > 0).float()
        # Sums below 256 are exact in float32, whose matrix product every runtime has.
        return (bits @ self.weights).to(torch.uint8)


def _byte_weights(n_bits):
    """Return the value of each bit in each byte, (n_bits, n_bytes): the first bit of a byte is the highest."""
    weights = torch.zeros(n_bits, -(-n_bits // 8))
    bits = torch.arange(n_bits)
    weights[bits, bits // 8] = 2.0 ** (7 - bits % 8)
    return weights
