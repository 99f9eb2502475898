"""GreedyHash: classification of binary codes, with straight-through gradients."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sklearn_hash.losses._labels import LabelLoss, binary_codes, label_shares, mean_of_labelled
from sklearn_hash.losses._parameters import check_number


class GreedyHashLoss(LabelLoss):
    r"""Classification of binary codes, GreedyHash [1]_.

    With the codes :math:`b = \operatorname{sign}(z)`, a linear classifier W and the indicator :math:`y`,

    .. math:: L = -\operatorname{mean}_i \frac{1}{|y_i|} \sum_c y_{ic} \log \operatorname{softmax}_c (W b_i)
                  + \lambda \operatorname{mean}_{ik} \left| |z_{ik}| - 1 \right|^3.

    The backward pass ignores the sign (straight-through estimator): :math:`\partial L / \partial z` is
    :math:`\partial L / \partial b` plus the gradient of the penalty.

    Parameters
    ----------
    n_bits : int
        Code length.
    n_classes : int
        Number of classes, or of columns of an indicator.
    quantization : float, default=0.1
        Weight :math:`\lambda` of the penalty.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not agree.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). Rows without labels are not classified; if no row has labels, the loss is the penalty.
    The classifier is the parameter ``head``, (n_classes, n_bits), to be trained with the network.

    As in the authors' code the penalty is a mean over bits and has weight 0.1 (1 for ImageNet), and the classifier has
    no bias. The paper has no multi-label rows; here their labels share the target equally.

    References
    ----------
    .. [1] S. Su, C. Zhang, K. Han and Y. Tian, "Greedy Hash: Towards Fast Optimization for Accurate Hash Coding in
       CNN", NeurIPS 2018.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import GreedyHashLoss
    >>> _ = torch.manual_seed(0)
    >>> loss = GreedyHashLoss(n_bits=2, n_classes=3)
    >>> loss(torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]]), torch.tensor([0, 0, 1]))
    tensor(1.2675, grad_fn=<AddBackward0>)
    """

    def __init__(self, n_bits, n_classes, quantization=0.1):
        super().__init__(n_bits, n_classes)
        self.quantization = check_number("quantization", quantization, least=0)
        bound = 1 / math.sqrt(self.n_bits)
        self.head = nn.Parameter(torch.empty(self.n_classes, self.n_bits, dtype=torch.float32).uniform_(-bound, bound))

    def _loss(self, z: Tensor, indicator: Tensor) -> Tensor:
        logits = straight_through(z) @ self.head.to(z).T
        cross_entropy = F.cross_entropy(logits, label_shares(indicator), reduction="none")
        return mean_of_labelled(cross_entropy, indicator) + self.quantization * cubic_gap(z)


def straight_through(z: Tensor) -> Tensor:
    """Return binary codes, -1 and +1, whose gradient is passed to `z` unchanged."""
    return binary_codes(z) + (z - z.detach())


def cubic_gap(z: Tensor) -> Tensor:
    """Return the mean of ``||z| - 1| ** 3``."""
    return (z.abs() - 1).abs().pow(3).mean()
