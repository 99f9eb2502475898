"""Base class of the losses over pairs, and the weights of pairs."""

import torch
from torch import Tensor

from sklearn_hash.losses._base import BatchLoss

# The weight of a similar pair, relative to a dissimilar one, is (dissimilar / similar pairs) ** exponent.
CLASS_WEIGHTS = {None: 0.0, "sqrt": 0.5, "balanced": 1.0}


class PairLoss(BatchLoss):
    """Loss over all pairs of a batch, given their similarities, (n, n) in [0, 1].

    NaN marks an unknown pair; the diagonal is ignored.
    """

    target = "similarity"

    def _check_target(self, z: Tensor, target: Tensor) -> Tensor:
        if target.shape != (len(z), len(z)):
            raise ValueError(
                f"similarity must have one row and one column for each of the {len(z)} rows of z; got shape "
                f"{tuple(target.shape)}. sklearn_hash.losses.similarity_matrix computes it from labels."
            )
        return target


def pair_weights(similarity: Tensor, class_weight: str | float | None = None) -> tuple[Tensor, Tensor]:
    """Return the weights of the pairs, and which of them are similar (0 or 1).

    The weights are 0 on the diagonal and for unknown pairs, and sum to 1; without a known pair all are 0. A common
    factor does not change a weighted mean, so class weights reduce to one number, the weight of a similar pair relative
    to a dissimilar one. No branch depends on a value of a tensor, because a GPU would have to wait for it.
    """
    # comparing into a float tensor takes a third of the time of comparing and converting
    similar = torch.gt(similarity, 0, out=torch.empty_like(similarity)).fill_diagonal_(0)
    known = torch.ge(similarity, 0, out=torch.empty_like(similarity)).fill_diagonal_(0)
    return normalized_weights(similar, known, class_weight), similar


def normalized_weights(similar: Tensor, known: Tensor, class_weight: str | float | None) -> Tensor:
    """Return weights that sum to 1, given which pairs are similar and which are known (0 or 1); overwrites `known`."""
    n_similar = similar.sum()
    n_dissimilar = known.sum() - n_similar
    if isinstance(class_weight, float):
        ratio = torch.full_like(n_similar, class_weight)
    else:
        ratio = (n_dissimilar.clamp(min=1) / n_similar.clamp(min=1)) ** CLASS_WEIGHTS[class_weight]
    total = n_dissimilar + ratio * n_similar
    return known.addcmul_(similar, ratio - 1).div_(total + (total == 0))
