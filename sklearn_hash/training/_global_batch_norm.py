"""Batch normalisation with the statistics of the whole batch of a distributed fit.

:class:`torch.nn.SyncBatchNorm` does the same, but only on CUDA devices.
"""

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from sklearn_hash.training._process_group import sum_over_ranks, world_size

__all__ = ["GlobalBatchNorm", "global_batch_norm", "with_global_batch_norm"]


class GlobalBatchNorm(_BatchNorm):
    """Batch normalisation of tensors of shape (n, n_channels, ...) over the rows of all processes."""

    def forward(self, x):
        """Normalise a batch."""
        return global_batch_norm(self, x) if self.training and world_size() > 1 else super().forward(x)

    def _check_input_dim(self, x):
        """Accept any number of dimensions."""


def with_global_batch_norm(module):
    """Replace the batch normalisations of torch in a module; the new ones share their weights and statistics.

    Parameters
    ----------
    module : nn.Module

    Returns
    -------
    module : nn.Module
        The same module, or its replacement if it is a batch normalisation itself.
    """
    if type(module) in (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d):
        replacement = GlobalBatchNorm.__new__(GlobalBatchNorm)
        vars(replacement).update(vars(module))
        return replacement
    for name, child in module.named_children():
        setattr(module, name, with_global_batch_norm(child))
    return module


def global_batch_norm(norm, x):
    """Normalise a batch by the statistics of the rows of all processes, and update the running statistics.

    Parameters
    ----------
    norm : nn.BatchNorm1d, nn.BatchNorm2d or nn.BatchNorm3d
    x : tensor of shape (n, n_channels, ...)
        Rows of this process.

    Returns
    -------
    normalised : tensor of the shape and type of `x`
    """
    wide = x if x.dtype in (torch.float32, torch.float64) else x.float()
    others = [0, *range(2, x.ndim)]
    shape = [1, -1] + [1] * (x.ndim - 2)
    count = sum_over_ranks(wide.new_tensor(float(x.numel() // x.shape[1])))
    mean = sum_over_ranks(wide.sum(others)) / count
    centred = wide - mean.view(shape)
    variance = sum_over_ranks(centred.square().sum(others)) / count
    if norm.track_running_stats:
        _update_statistics(norm, mean.detach(), variance.detach() * count / (count - 1).clamp(min=1))
    normalised = centred * torch.rsqrt(variance + norm.eps).view(shape)
    if norm.affine:
        normalised = normalised * norm.weight.view(shape) + norm.bias.view(shape)
    return normalised.to(x.dtype)


def _update_statistics(norm, mean, variance):
    norm.num_batches_tracked.add_(1)
    momentum = 1 / norm.num_batches_tracked if norm.momentum is None else norm.momentum
    for running, batch in ((norm.running_mean, mean), (norm.running_var, variance)):
        running.lerp_(batch.to(running.dtype), float(momentum))
