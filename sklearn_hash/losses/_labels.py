"""Base class of the losses over labels: labels as an indicator, and means over labelled rows."""

import torch
from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._base import BatchLoss
from sklearn_hash.losses._parameters import check_count


class LabelLoss(BatchLoss):
    """Loss over the labels of a batch, (n,) class numbers or an (n, n_classes) indicator.

    ``_loss`` always gets the indicator. Class centres are buffers of the loss, classifiers are parameters that the
    optimizer trains with the network. Both are drawn from torch's default generator.
    """

    target = "labels"

    def __init__(self, n_bits: int, n_classes: int):
        super().__init__()
        self.n_bits = check_count("n_bits", n_bits)
        self.n_classes = check_count("n_classes", n_classes)

    def _check_target(self, z: Tensor, target: Tensor) -> Tensor:
        if z.shape[1] != self.n_bits:
            raise ValueError(f"z must have the n_bits={self.n_bits} columns of the loss; got shape {tuple(z.shape)}.")
        if target.dtype == torch.int64 and target.shape == z.shape[:1]:
            return F.one_hot(target, self.n_classes)
        if target.shape != (len(z), self.n_classes):
            raise ValueError(
                f"labels must be int64 class numbers, ({len(z)},), or an indicator, ({len(z)}, {self.n_classes}); "
                f"got {target.dtype} of shape {tuple(target.shape)}."
            )
        return target != 0


def binary_codes(z: Tensor) -> Tensor:
    """Return the codes of outputs: +1 if positive, else -1."""
    return torch.where(z > 0, 1.0, -1.0).to(z.dtype)


def mean_of_labelled(values: Tensor, indicator: Tensor) -> Tensor:
    """Return the mean of one value per row over the rows with a label, or 0 if there are none."""
    labelled = indicator.any(dim=1)
    return (values * labelled).sum() / labelled.sum().clamp(min=1)


def label_shares(indicator: Tensor) -> Tensor:
    """Return the indicator with rows that sum to 1; rows without labels stay 0."""
    return indicator / indicator.sum(dim=1, keepdim=True).clamp(min=1)
