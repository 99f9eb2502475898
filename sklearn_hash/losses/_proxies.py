"""Proxies: a learned vector for each class, and how near to one another codes of classes have to be."""

import math

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


def farthest_distance(n_bits: int, n_classes: int) -> int:
    """Return an estimate of the largest distance that the codes of n_classes classes can have from one another.

    It is that of a linear code by the Griesmer bound, with the number of classes rounded up to a power of two: 2^k
    words at a distance of at least d have at least ``sum(ceil(d / 2^i) for i in range(k))`` bits.
    """
    k = max(math.ceil(math.log2(n_classes)), 1)
    low, high = 0, n_bits
    while low < high:
        d = (low + high + 1) // 2
        low, high = (d, high) if sum(-(-d // 2**i) for i in range(k)) <= n_bits else (low, d - 1)
    return low


def nearest_cosine(n_bits: int, n_classes: int) -> float:
    """Return the cosine of codes at the largest distance that those of n_classes classes can have."""
    return 1 - 2 * farthest_distance(n_bits, n_classes) / n_bits
