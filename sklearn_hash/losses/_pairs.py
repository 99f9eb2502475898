"""What the losses over pairs share: checked similarities, pair weights, checked parameters."""

import math
import numbers
from collections.abc import Collection
from typing import Any

import torch
from torch import Tensor

from sklearn_hash.losses._base import BatchLoss

# The weight of a similar pair is (dissimilar / similar pairs) ** exponent times that of a dissimilar one.
CLASS_WEIGHTS = {None: 0.0, "sqrt": 0.5, "balanced": 1.0}


class PairLoss(BatchLoss):
    """A loss over all pairs of one batch, given their similarities, (n, n) in [0, 1].

    NaN marks a pair that nothing is known of; the diagonal is ignored.
    """

    target = "similarity"

    def _check_target(self, z: Tensor, target: Tensor) -> Tensor:
        if target.shape != (len(z), len(z)):
            raise ValueError(
                f"similarity must have one row and one column for each of the {len(z)} rows of z; got shape "
                f"{tuple(target.shape)}. sklearn_hash.losses.similarity_matrix makes it from labels."
            )
        return target


def pair_weights(similarity: Tensor, class_weight: str | float | None = None) -> tuple[Tensor, Tensor]:
    """Weights of the pairs, and which of them are similar (0 or 1).

    The weights are 0 on the diagonal and at unknown pairs, else sum to 1; without a known pair all are 0. A
    weighted mean is unchanged by a common factor, so that class weights come down to one number: the weight
    of a similar pair, a dissimilar one counting 1. Nothing branches on a value, which would stall a GPU.
    """
    # comparing into floats takes a third of the time of comparing and converting
    similar = torch.gt(similarity, 0, out=torch.empty_like(similarity)).fill_diagonal_(0)
    known = torch.ge(similarity, 0, out=torch.empty_like(similarity)).fill_diagonal_(0)
    n_similar = similar.sum()
    n_dissimilar = known.sum() - n_similar
    if isinstance(class_weight, float):
        ratio = torch.full_like(n_similar, class_weight)
    else:
        ratio = (n_dissimilar.clamp(min=1) / n_similar.clamp(min=1)) ** CLASS_WEIGHTS[class_weight]
    total = n_dissimilar + ratio * n_similar
    return known.addcmul_(similar, ratio - 1).div_(total + (total == 0)), similar


def check_number(
    name: str, value: Any, *, above: float = -math.inf, least: float = -math.inf, or_else: tuple = ()
) -> Any:
    """A finite number above, or at least, a bound; or one of the named options in `or_else`."""
    if (value is None or isinstance(value, str)) and value in or_else:
        return value
    number = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
    if not (number and value > above and value >= least):
        bound = f"of at least {least}" if math.isfinite(least) else f"greater than {above}"
        accepted = " or ".join([*map(repr, or_else), f"a finite number {bound}"])
        raise ValueError(f"{name} must be {accepted}; got {value!r}.")
    return float(value)


def check_option(name: str, value: Any, options: Collection[str | None]) -> str | None:
    """One of a few named options."""
    if not (value is None or isinstance(value, str)) or value not in options:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}; got {value!r}.")
    return value
