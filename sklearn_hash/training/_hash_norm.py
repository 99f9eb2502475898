"""Batch normalisation of the output of a hash layer."""

import torch
from torch import nn
from torch.nn import functional as F

from sklearn_hash.training._global_batch_norm import global_batch_norm
from sklearn_hash.training._process_group import world_size

__all__ = ["HashNorm"]


class HashNorm(nn.BatchNorm1d):
    """Batch normalisation with running statistics that do not depend on their initial values, 0 and 1.

    In torch, the weight of the initial values decreases by a tenth per step (with the default momentum). After short
    training, they would still affect the signs of outputs near 0, and thus the bits.

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
        """Normalise a batch of shape (n, n_bits)."""
        if self.training:
            return global_batch_norm(self, z) if world_size() > 1 else super().forward(z)
        # Weight of the initial values, which is removed unless there was no batch yet.
        initial = (1 - self.momentum) ** self.num_batches_tracked
        initial = torch.where(self.num_batches_tracked > 0, initial, 0.0)
        mean, variance = self.running_mean / (1 - initial), (self.running_var - initial) / (1 - initial)
        return F.batch_norm(z, mean, variance, self.weight, self.bias, eps=self.eps)
