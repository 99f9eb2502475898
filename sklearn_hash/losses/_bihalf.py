"""BiHalf: cosines of codes in which every bit is set in half of the rows."""

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from sklearn_hash.losses._features import FeatureLoss, cosine_error
from sklearn_hash.losses._parameters import check_number


class BiHalfLoss(FeatureLoss):
    r"""Squared error of the cosines of codes with maximal bit entropy, BiHalf [1]_.

    .. math:: L = \operatorname{mean}_{i \neq j} (\cos(b_i, b_j) - \cos(x_i, x_j))^2

    where x are the features and b the codes of the bi-half layer, which sets each bit to +1 for the upper half of the
    batch's outputs and to -1 for the lower half. These are the nearest codes with balanced bits, the solution of an
    optimal transport problem. The backward pass of the layer returns the gradient of the codes plus a term that pulls
    the outputs towards them,

    .. math:: \frac{\partial L}{\partial z} = \frac{\partial L}{\partial b} + \frac{\gamma}{n K} (z - b),

    so that the signs of z become balanced, too.

    Parameters
    ----------
    gamma : float, default=3.0
        Weight :math:`\gamma` of the pull towards the codes.

    Raises
    ------
    ValueError
        If a parameter is out of range, or `z` and `features` differ in their number of rows.

    Notes
    -----
    ``loss(z, features)`` takes the output `z` of the hash layer, (n, n_bits), and the features of its rows, (n, d).
    Centred features have the most distinct cosines. The middle one of an odd number of rows becomes -1.

    The authors' code compares each row of the first half of a batch with one of the second; here all pairs are
    compared. It has :math:`\gamma = 6` and takes features of a fixed network without centring them.

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
    """The bi-half layer; its backward pass replaces its derivative, which is 0."""

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
