"""Base class of the losses over features, and the error of the codes' cosines."""

import torch
from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._base import BatchLoss


class FeatureLoss(BatchLoss):
    """Loss over the features of a batch, (n, d)."""

    target = "features"

    def _check_target(self, z: Tensor, target: Tensor) -> Tensor:
        if target.ndim != 2 or len(target) != len(z):
            raise ValueError(
                f"features must have one row for each of the {len(z)} rows of z; got shape {tuple(target.shape)}."
            )
        return target


def cosine_error(codes: Tensor, features: Tensor) -> Tensor:
    """Return the mean squared difference, over the pairs of a batch, of the cosines of codes and of features."""
    unit_codes, unit_features = F.normalize(codes), F.normalize(features)
    error = torch.addmm(unit_codes @ unit_codes.T, unit_features, unit_features.T, alpha=-1).square()
    n_pairs = len(codes) * (len(codes) - 1)
    return (error.sum() - error.diagonal().sum()) / max(n_pairs, 1)
