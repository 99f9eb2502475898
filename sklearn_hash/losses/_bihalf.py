"""Bi-half hashing: cosines of codes in which every bit is set in half of the rows."""

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from sklearn_hash.losses._features import FeatureLoss, cosine_error
from sklearn_hash.losses._pairs import check_number


class BiHalfLoss(FeatureLoss):
    r"""Cosines between codes of maximal bit entropy as between features [1]_.

    .. math:: L = \operatorname{mean}_{i \neq j} (\cos(b_i, b_j) - \cos(x_i, x_j))^2

    over the features x and the codes b of the bi-half layer: bit by bit, the upper half of the batch's outputs
    becomes +1, the lower half -1. Of all codes with bits that are even over the batch these are the nearest, the
    solution of an optimal transport. In the backward pass the layer hands on the gradient of the codes and draws
    the outputs towards them,

    .. math:: \frac{\partial L}{\partial z} = \frac{\partial L}{\partial b} + \frac{\gamma}{n K} (z - b),

    so that the signs of z come to be even, too.

    Parameters
    ----------
    gamma : float, default=3.0
        Weight :math:`\gamma` of that pull.

    Raises
    ------
    ValueError
        If a parameter is out of range, or `z` and `features` differ in their number of rows.

    Notes
    -----
    ``loss(z, features)`` takes the output `z` of the hash layer, (n, n_bits), and the features of its rows, (n, d).
    Cosines spread best where the features have mean 0. The middle one of an odd number of rows becomes -1.

    The authors' code compares every row of the first half of a batch with one of the second; here all pairs of the
    batch are compared. Theirs has :math:`\gamma = 6` and takes features of a fixed network, without centring them.

    References
    ----------
    .. [1] Y. Li and J. van Gemert, "Deep Unsupervised Image Hashing by Maximizing Bit Entropy", AAAI 2021.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import BiHalfLoss
    >>> x = torch.tensor([[1.0, 2.0], [1.0, 2.0], [-1.0, -2.0], [-1.0, -2.0]])
    >>> z = torch.tensor([[0.9, -0.2], [0.8, -0.1], [0.2, -0.9], [0.1, -0.8]])
    >>> BiHalfLoss()(z, x)
    tensor(0.)
    """

    def __init__(self, gamma=3.0):
        super().__init__()
        self.gamma = check_number("gamma", gamma, least=0)

    def _loss(self, z: Tensor, features: Tensor) -> Tensor:
        return cosine_error(_BiHalf.apply(z, self.gamma), features)


class _BiHalf(torch.autograd.Function):
    """The bi-half layer; its backward pass is not its derivative, which is 0."""

    @staticmethod
    def forward(ctx, z, gamma):
        order = z.argsort(dim=0, descending=True, stable=True)
        codes = torch.full_like(z, -1.0).scatter_(0, order[: len(z) // 2], 1.0)
        ctx.save_for_backward(z, codes)
        ctx.gamma = gamma
        return codes

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        z, codes = ctx.saved_tensors
        return grad + ctx.gamma / z.numel() * (z - codes), None
