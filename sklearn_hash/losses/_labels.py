"""What the losses over labels share: checked labels as an indicator, means over the rows that have one."""

import numbers
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._base import BatchLoss


class LabelLoss(BatchLoss):
    """A loss over the labels of one batch, (n,) class numbers or an (n, n_classes) indicator.

    ``_loss`` always gets the indicator. Centres and heads belong to the loss: centres as buffers, heads as parameters
    that the optimizer of the network trains with it. Both are drawn from torch's default generator.
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
    """The codes of outputs: +1 where they are positive, else -1."""
    return torch.where(z > 0, 1.0, -1.0).to(z.dtype)


def mean_of_labelled(values: Tensor, indicator: Tensor) -> Tensor:
    """Mean, over the rows with a label, of one value for each row; 0 without such a row."""
    labelled = indicator.any(dim=1)
    return (values * labelled).sum() / labelled.sum().clamp(min=1)


def label_shares(indicator: Tensor) -> Tensor:
    """Every label of a row with an equal share of 1; all 0 in a row without labels."""
    return indicator / indicator.sum(dim=1, keepdim=True).clamp(min=1)


def check_count(name: str, value: Any) -> int:
    """A whole number of at least 1."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be an integer of at least 1; got {value!r}.")
    return int(value)
