"""MIHash: mutual information of Hamming distances and similarity."""

import torch
from torch import Tensor

from sklearn_hash.losses._histograms import bin_number, distance_histograms, relaxed_codes
from sklearn_hash.losses._pairs import PairLoss
from sklearn_hash.losses._parameters import check_count, check_number

# Keeps the logarithm of an empty bin finite, as in public code.
_EMPTY = 1e-7


class MIHashLoss(PairLoss):
    r"""Mutual information of Hamming distance and similarity, MIHash [1]_.

    The distances D from a row to the similar rows of the batch and to the others have two histograms. The less they
    overlap, the more the distance of a row tells whether it is similar, C:

    .. math:: L = -\operatorname{mean}_i I(D_i; C_i) = \operatorname{mean}_i \left( H(D_i | C_i) - H(D_i) \right).

    Distances are those of relaxed codes :math:`h = 2 \sigma(\beta z) - 1`, and triangular pulses between the centres of
    the bins give the histograms a gradient. The distance itself has no scale to choose, and no pair a weight.

    Parameters
    ----------
    beta : float, default=8.0
        Steepness :math:`\beta` of the relaxed codes.
    n_bins : "auto" or int, default="auto"
        Number of bins less one; "auto" is ``n_bits / 2``, as in the authors' code, but at most 16.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `similarity` do not agree.

    Notes
    -----
    ``loss(z, similarity)`` takes the output `z` of the hash layer, (n, n_bits), and the similarity of its rows, (n, n)
    in [0, 1] with NaN for unknown pairs; the diagonal is ignored. Rows are similar if their similarity is positive.
    The information is that of natural logarithms, a mean over all rows; one without similar rows, or without others,
    has none. The authors' code has ``beta=1.0`` by default, and 10 or 30 in its commands for some data sets.

    References
    ----------
    .. [1] F. Cakir, K. He, S. A. Bargal and S. Sclaroff, "Hashing with Mutual Information", IEEE TPAMI 41 (10), 2019.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import MIHashLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, 1.0]])
    >>> MIHashLoss()(z, similarity_matrix([0, 0, 1, 1]))
    tensor(-0.6311)
    """

    def __init__(self, beta=8.0, n_bins="auto"):
        super().__init__()
        self.beta = check_number("beta", beta, above=0)
        self.n_bins = check_count("n_bins", n_bins, or_else=("auto",))

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        similar, dissimilar = pair_kinds(similarity)
        counts = distance_histograms(
            relaxed_codes(z, self.beta), (similar, dissimilar), bin_number(self.n_bins, z.shape[1])
        )
        n_known = (similar + dissimilar).sum(dim=1, keepdim=True).clamp(min=1)
        conditional = sum(kind.sum(dim=1) / n_known[:, 0] * _entropy(_shares(kind)) for kind in counts)
        return (conditional - _entropy(sum(counts) / n_known)).mean()


def pair_kinds(similarity: Tensor) -> tuple[Tensor, Tensor]:
    """Return which pairs are similar and which are not (0 or 1); the diagonal and unknown pairs are neither."""
    similar, dissimilar = (mask.to(similarity).fill_diagonal_(0) for mask in (similarity > 0, similarity == 0))
    return similar, dissimilar


def _shares(counts: Tensor) -> Tensor:
    total = counts.sum(dim=1, keepdim=True)
    return counts / (total + (total == 0))


def _entropy(shares: Tensor) -> Tensor:
    return -(shares * torch.log(shares + _EMPTY)).sum(dim=1)
