"""CNNH: codes from a factorisation of the similarity matrix, which the network then learns to give."""

import torch
from torch import Tensor

from sklearn_hash.losses._centres import random_codes, vote
from sklearn_hash.losses._labels import LabelLoss, binary_codes, mean_of_labelled
from sklearn_hash.losses._parameters import check_count


class CNNHLoss(LabelLoss):
    r"""Squared distance to codes that factorise the similarity matrix, CNNH [1]_.

    Before training, coordinate descent finds codes C whose inner products are nearest to the similarities S of the
    classes, 1 on the diagonal and -1 elsewhere:

    .. math:: \min_{C \in [-1, 1]^{n \times K}} |C C^T - K S|^2, \qquad
              L = \operatorname{mean}_{ik} (\tanh(z_{ik}) - \operatorname{sign}(c_{y_i k}))^2.

    Parameters
    ----------
    n_bits : int
        Code length.
    n_classes : int
        Number of classes, or of columns of an indicator.
    sweeps : int, default=5
        Sweeps of the coordinate descent.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not agree.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). Rows without labels are left out; if no row has labels, the loss is 0. The codes of the
    classes are the buffer ``centres``. For a multi-label row, each bit is the majority of its labels' codes; ties are
    broken by one random code, the buffer ``tie_break``.

    The paper factorises the similarities of all training rows. Rows of one class have equal ones, and here one code;
    so that classes count alike, however many rows they have.

    References
    ----------
    .. [1] R. Xia, Y. Pan, H. Lai, C. Liu and S. Yan, "Supervised Hashing for Image Retrieval via Image Representation
       Learning", AAAI 2014.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import CNNHLoss
    >>> _ = torch.manual_seed(0)
    >>> loss = CNNHLoss(n_bits=8, n_classes=3)
    >>> y = torch.tensor([0, 2, 2, 1])
    >>> loss(2 * loss.centres[y], y)
    tensor(0.0013)
    """

    centres: Tensor
    tie_break: Tensor

    def __init__(self, n_bits, n_classes, sweeps=5):
        super().__init__(n_bits, n_classes)
        self.sweeps = check_count("sweeps", sweeps)
        start = torch.rand(self.n_classes, self.n_bits, dtype=torch.float64) * 2 - 1
        self.register_buffer("centres", binary_codes(_factorise(start, self.sweeps)).float())
        self.register_buffer("tie_break", random_codes(1, self.n_bits)[0])

    def _loss(self, z: Tensor, indicator: Tensor) -> Tensor:
        codes = vote(indicator, self.centres.to(z), self.tie_break.to(z))
        return mean_of_labelled((torch.tanh(z) - codes).square().mean(dim=1), indicator)


def _factorise(codes: Tensor, sweeps: int) -> Tensor:
    """Return codes updated entry by entry, in random order, so that their inner products come near to K or to -K."""
    n, n_bits = codes.shape
    excess = codes @ codes.T - n_bits * (2 * torch.eye(n, dtype=codes.dtype) - 1)
    for _ in range(sweeps):
        for entry in torch.randperm(n * n_bits).tolist():
            i, k = divmod(entry, n_bits)
            _update(codes, excess, i, k)
    return codes


def _update(codes: Tensor, excess: Tensor, i: int, k: int) -> None:
    """Take one Newton step with an entry of the codes, within [-1, 1]."""
    column = codes[:, k].clone()
    # Where it is negative, a step against the gradient is meant all the same.
    curvature = (column @ column + column[i].square() + excess[i, i]).abs().clamp(min=1e-9)
    step = (-(excess[i] @ column) / curvature).clamp(-1 - column[i], 1 - column[i])
    excess[i] += step * column
    excess[:, i] += step * column
    excess[i, i] += step.square()
    codes[i, k] += step
