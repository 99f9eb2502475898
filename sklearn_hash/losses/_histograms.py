"""Histograms of the relaxed Hamming distances from each row of a batch, with a gradient."""

import torch
from torch import Tensor


def relaxed_codes(z: Tensor, steepness: float) -> Tensor:
    """Return codes between -1 and +1, ``2 sigmoid(steepness z) - 1``."""
    return torch.tanh(steepness / 2 * z)


def distance_histograms(h: Tensor, pairs: tuple[Tensor, ...], n_bins: int) -> list[Tensor]:
    """Return the histogram of the distances from each row, (n, n_bins + 1), for each kind of pair.

    The distance of two relaxed codes is ``(n_bits - <h, h'>) / 2``. The centres of the bins lie evenly from 0 to
    n_bits, and a distance between two of them counts for both, more for the nearer one: a histogram of such triangular
    pulses has a gradient.

    Parameters
    ----------
    h : tensor of shape (n, n_bits)
        Relaxed codes.
    pairs : tuple of tensors of shape (n, n)
        Weight of each pair, for each kind.
    n_bins : int
        Spaces between the centres.
    """
    position = (h.shape[1] - h @ h.T) * (n_bins / (2 * h.shape[1]))
    # Only the two centres around a distance count it: the cost does not depend on the number of bins.
    below = position.detach().floor().clamp(0, n_bins - 1)
    share = (position - below).clamp(0, 1)
    below = below.long()
    empty = h.new_zeros(len(h), n_bins + 1)
    return [empty.scatter_add(1, below, (1 - share) * kind).scatter_add(1, below + 1, share * kind) for kind in pairs]


def bin_number(n_bins: str | int, n_bits: int) -> int:
    """Return the number of bins: "auto" is one for two bits, and at most 16.

    With long codes, more bins lower the mAP of validation rows.
    """
    return min(max(n_bits // 2, 1), 16) if n_bins == "auto" else int(n_bins)
