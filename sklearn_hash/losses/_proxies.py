"""Proxies: a learned vector for each class, and how near to one another codes of classes have to be."""

import math
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def class_proxies(n_bits: int, n_classes: int) -> nn.Parameter:
    """Draw proxies, (n_classes, n_bits), from torch's default generator; short, so that they soon turn."""
    return nn.Parameter(0.1 * torch.randn(n_classes, n_bits, dtype=torch.float32))


def cosines(rows: Tensor, others: Tensor) -> Tensor:
    """Return the cosine of each row with each of the others."""
    # eps bounds the gradient of rows near 0, whose direction is undefined
    return F.normalize(rows, eps=1e-4) @ F.normalize(others, eps=1e-4).T


@lru_cache(maxsize=64)
def nearest_cosine(n_bits: int, n_classes: int) -> float:
    """Return the least that the largest cosine between the codes of n_classes classes can be.

    By the Griesmer bound: a linear code of 2^k words at a distance of at least d has at least
    ``sum(ceil(d / 2^i) for i in range(k))`` bits.
    """
    k = max(math.ceil(math.log2(n_classes)), 1)
    farthest = max(d for d in range(n_bits + 1) if sum(-(-d // 2**i) for i in range(k)) <= n_bits)
    return 1 - 2 * farthest / n_bits
