"""DSDH: pairs of outputs, and linear classification of binary codes."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sklearn_hash.losses._labels import LabelLoss, binary_codes, mean_of_labelled
from sklearn_hash.losses._pairs import pair_weights
from sklearn_hash.losses._parameters import check_number


class DSDHLoss(LabelLoss):
    r"""Pairs of outputs and linear classification of binary codes, deep supervised discrete hashing, DSDH [1]_.

    With :math:`\theta_{ij} = \alpha \langle z_i, z_j \rangle`, the similarity s (1 where two rows share a label, else
    0), the indicator y and a linear classifier W,

    .. math:: L = \operatorname{mean}_{i \neq j} (\log(1 + e^{\theta_{ij}}) - s_{ij} \theta_{ij})
                  + \mu \left( \operatorname{mean}_i |y_i - W b_i|^2 + \nu |W|^2 \right)
                  + \eta \operatorname{mean}_{ik} (b_{ik} - z_{ik})^2,

    where the codes b start as the signs of z and are updated one bit at a time (discrete cyclic coordinate descent) to
    lower :math:`\mu |y_i - W b_i|^2 + \frac{\eta}{K} |b_i - z_i|^2`. They are constants for the gradient: the outputs
    are trained towards the codes, and W is trained to classify them.

    Parameters
    ----------
    n_bits : int
        Code length.
    n_classes : int
        Number of classes, or of columns of an indicator.
    alpha : "auto" or float, default="auto"
        Scale of the inner product; "auto" is ``5 / n_bits``.
    classification : float, default=1.0
        Weight :math:`\mu` of the classification.
    regularization : float, default=0.01
        Weight :math:`\nu` of the classifier's norm.
    quantization : float, default=0.5
        Weight :math:`\eta` of the distance between outputs and codes.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not agree.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). A row without labels is similar to no other row and is not classified. The classifier is
    the parameter ``head``, (n_classes, n_bits), to be trained with the network.

    The paper solves for W and the codes of all training rows alternately, between epochs. Here the codes are computed
    from the outputs of the batch, and W is updated by the optimizer. The paper's inner product has the scale 1/2.

    References
    ----------
    .. [1] Q. Li, Z. Sun, R. He and T. Tan, "Deep Supervised Discrete Hashing", NIPS 2017.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import DSDHLoss
    >>> _ = torch.manual_seed(0)
    >>> loss = DSDHLoss(n_bits=2, n_classes=2)
    >>> value = loss(torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]]), torch.tensor([0, 0, 1]))
    >>> value.backward()
    >>> loss.head.grad.shape
    torch.Size([2, 2])
    """

    def __init__(self, n_bits, n_classes, alpha="auto", classification=1.0, regularization=0.01, quantization=0.5):
        super().__init__(n_bits, n_classes)
        self.alpha = check_number("alpha", alpha, above=0, or_else=("auto",))
        self.classification = check_number("classification", classification, least=0)
        self.regularization = check_number("regularization", regularization, least=0)
        self.quantization = check_number("quantization", quantization, least=0)
        # from 0: with a random classifier the first codes would not be the signs of the outputs
        self.head = nn.Parameter(torch.zeros(self.n_classes, self.n_bits, dtype=torch.float32))

    def _loss(self, z: Tensor, indicator: Tensor) -> Tensor:
        alpha = 5 / self.n_bits if self.alpha == "auto" else self.alpha
        head = self.head.to(z)
        similar = (indicator @ indicator.T).clamp(max=1)
        weights, _ = pair_weights(similar)
        pairs = F.binary_cross_entropy_with_logits(alpha * (z @ z.T), similar, weights, reduction="sum")
        codes = self._discrete_codes(z.detach(), indicator, head.detach())
        error = mean_of_labelled((indicator - codes @ head.T).square().sum(dim=1), indicator)
        classification = error + self.regularization * head.square().sum()
        return pairs + self.classification * classification + self.quantization * (codes - z).square().mean()

    def _discrete_codes(self, z: Tensor, indicator: Tensor, head: Tensor) -> Tensor:
        """Return codes updated one bit at a time to lower the classification error and the distance to `z`."""
        weight = self.classification * indicator.any(dim=1, keepdim=True)
        wanted = weight * (indicator @ head) + self.quantization / self.n_bits * z
        others = (head.T @ head).fill_diagonal_(0)
        codes = binary_codes(z)
        for k in range(self.n_bits):
            codes[:, k] = binary_codes(wanted[:, k] - weight[:, 0] * (codes @ others[:, k]))
        return codes
