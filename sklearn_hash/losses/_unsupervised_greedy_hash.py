"""Unsupervised GreedyHash: cosines of binary codes, with straight-through gradients."""

from torch import Tensor

from sklearn_hash.losses._features import FeatureLoss, cosine_error
from sklearn_hash.losses._greedy_hash import cubic_gap, straight_through
from sklearn_hash.losses._parameters import check_number


class UnsupervisedGreedyHashLoss(FeatureLoss):
    r"""Squared error of the cosines of codes, unsupervised GreedyHash [1]_.

    With the codes :math:`b = \operatorname{sign}(z)` and the features x,

    .. math:: L = \operatorname{mean}_{i \neq j} (\cos(b_i, b_j) - \cos(x_i, x_j))^2
                  + \lambda \operatorname{mean}_{ik} \left| |z_{ik}| - 1 \right|^3.

    The backward pass ignores the sign (straight-through estimator): :math:`\partial L / \partial z` is
    :math:`\partial L / \partial b` plus the gradient of the penalty.

    Parameters
    ----------
    quantization : float, default=0.01
        Weight :math:`\lambda` of the penalty.

    Raises
    ------
    ValueError
        If a parameter is out of range, or `z` and `features` differ in their number of rows.

    Notes
    -----
    ``loss(z, features)`` takes the output `z` of the hash layer, (n, n_bits), and the features of its rows, (n, d).
    Centred features have the most distinct cosines.

    The authors' code compares each row of the first half of a batch with one of the second; here all pairs are
    compared. It has :math:`\lambda = 0.1` and takes features of a fixed network without centring them.

    References
    ----------
    .. [1] S. Su, C. Zhang, K. Han and Y. Tian, "Greedy Hash: Towards Fast Optimization for Accurate Hash Coding in
       CNN", NeurIPS 2018.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import UnsupervisedGreedyHashLoss
    >>> x = torch.tensor([[1.0, 2.0], [0.5, 1.0], [-2.0, 1.0]])
    >>> codes = torch.tensor([[1.0, 1.0], [1.0, 1.0], [-1.0, 1.0]])
    >>> UnsupervisedGreedyHashLoss()(codes, x)
    tensor(0.)
    """

    def __init__(self, quantization=0.01):
        super().__init__()
        self.quantization = check_number("quantization", quantization, least=0)

    def _loss(self, z: Tensor, features: Tensor) -> Tensor:
        return cosine_error(straight_through(z), features) + self.quantization * cubic_gap(z)
