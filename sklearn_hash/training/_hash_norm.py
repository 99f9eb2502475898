"""Batch normalisation of a hash layer's output."""

import torch
from torch import nn
from torch.nn import functional as F

from sklearn_hash.training._global_batch_norm import global_batch_norm
from sklearn_hash.training._process_group import world_size

__all__ = ["HashNorm"]


class HashNorm(nn.BatchNorm1d):
    """Batch normalisation whose statistics hold nothing of their initial values, 0 and 1.

    Those of torch forget them by a tenth a step. After a short training they still decide on the signs of outputs that
    lie near 0, which is all that a code is.

    Parameters
    ----------
    n_bits : int
    """

    momentum: float
    num_batches_tracked: torch.Tensor
    running_mean: torch.Tensor
    running_var: torch.Tensor

    def __init__(self, n_bits):
        super().__init__(n_bits, dtype=torch.float32)

    def forward(self, z):
        """Normalise a batch, (n, n_bits)."""
        if self.training:
            return global_batch_norm(self, z) if world_size() > 1 else super().forward(z)
        # Their weight, but before any batch, when there is nothing else.
        initial = (1 - self.momentum) ** self.num_batches_tracked
        initial = torch.where(self.num_batches_tracked > 0, initial, 0.0)
        mean, variance = self.running_mean / (1 - initial), (self.running_var - initial) / (1 - initial)
        return F.batch_norm(z, mean, variance, self.weight, self.bias, eps=self.eps)
