"""DSHSD: contrastive loss of the pairs, and classification of relaxed codes."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sklearn_hash.losses._labels import LabelLoss, label_shares, mean_of_labelled
from sklearn_hash.losses._pairs import pair_weights
from sklearn_hash.losses._parameters import check_number


class DSHSDLoss(LabelLoss):
    r"""Contrastive loss and classification of relaxed codes, DSHSD [1]_.

    With relaxed codes :math:`h = \tanh(z)`, a linear classifier W, the indicator :math:`y` and the similarity s (1
    where two rows share a label, else 0),

    .. math:: L = -\operatorname{mean}_i \frac{1}{|y_i|} \sum_c y_{ic} \log \operatorname{softmax}_c (W h_i)
                  + \frac{\lambda}{K} \operatorname{mean}_{i \neq j} \left( \frac{s_{ij}}{2} d_{ij}
                  + \frac{1 - s_{ij}}{2} \max(0, 2 K - d_{ij}) \right), \quad d_{ij} = |h_i - h_j|^2.

    Parameters
    ----------
    n_bits : int
        Code length.
    n_classes : int
        Number of classes, or of columns of an indicator.
    contrastive : float, default=0.1
        Weight :math:`\lambda` of the contrastive loss.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not agree.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). A row without labels is similar to no other row and is not classified. The classifier is
    the parameter ``head``, (n_classes, n_bits), to be trained with the network.

    A public implementation has no division by the code length and the weight 0.05, which is
    ``contrastive=0.05 * n_bits`` here: 2.4 for the 48 bits of its figures. It pairs each row with itself, too. For
    rows of several labels the paper has a logistic loss for each label; here their labels share the target equally.

    References
    ----------
    .. [1] L. Wu, H. Ling, P. Li, J. Chen, Y. Fang and F. Zou, "Deep Supervised Hashing Based on Stable Distribution",
       IEEE Access 7, 2019.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import DSHSDLoss
    >>> _ = torch.manual_seed(0)
    >>> loss = DSHSDLoss(n_bits=2, n_classes=2)
    >>> value = loss(torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]]), torch.tensor([0, 0, 1]))
    >>> value.backward()
    >>> loss.head.grad.shape
    torch.Size([2, 2])
    """

    def __init__(self, n_bits, n_classes, contrastive=0.1):
        super().__init__(n_bits, n_classes)
        self.contrastive = check_number("contrastive", contrastive, least=0)
        bound = 1 / math.sqrt(self.n_bits)
        self.head = nn.Parameter(torch.empty(self.n_classes, self.n_bits, dtype=torch.float32).uniform_(-bound, bound))

    def _loss(self, z: Tensor, indicator: Tensor) -> Tensor:
        h = torch.tanh(z)
        cross_entropy = F.cross_entropy(h @ self.head.to(z).T, label_shares(indicator), reduction="none")
        similar = (indicator @ indicator.T).clamp(max=1)
        norms = h.square().sum(dim=1)
        # rounding can leave a distance just below 0
        d = (norms[:, None] + norms - 2 * h @ h.T).clamp(min=0)
        weights, _ = pair_weights(similar)
        pairs = (weights * torch.where(similar > 0, d, (2 * self.n_bits - d).clamp(min=0))).sum() / 2
        return mean_of_labelled(cross_entropy, indicator) + self.contrastive / self.n_bits * pairs
