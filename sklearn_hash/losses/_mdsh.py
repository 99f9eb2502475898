"""MDSH: cross-entropy to hash centres far apart, and a pull between similar rows."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._centres import hash_centres
from sklearn_hash.losses._labels import LabelLoss, mean_of_labelled
from sklearn_hash.losses._parameters import check_number
from sklearn_hash.losses._proxies import cosines

# Keeps the logarithm of a probability of 0 finite.
_LEAST = 1e-6


class MDSHLoss(LabelLoss):
    r"""Cross-entropy to minimal-distance-separated hash centres, MDSH [1]_.

    With relaxed codes :math:`h = \tanh(z)`, the hash centres :math:`c` of the classes, the indicator y and
    :math:`p_{ic} \propto \exp(\sqrt{K} \cos(h_i, c))`,

    .. math:: L = -\operatorname{mean}_{ic} \left( y_{ic} \log p_{ic} + (1 - y_{ic}) \log (1 - p_{ic}) \right)
                  + \beta \operatorname{mean}_{s_{ij} = 1} \log(1 + e^{(1 - \cos(h_i, h_j)) / 2})
                  + \lambda \operatorname{mean}_{ik} (|h_{ik}| - 1)^2

    where s is 1 for two rows that share a label.

    Parameters
    ----------
    n_bits : int
        Code length.
    n_classes : int
        Number of classes, or of columns of an indicator.
    pairs : float, default=0.1
        Weight :math:`\beta` of the pull between similar rows.
    quantization : float, default=1e-4
        Weight :math:`\lambda` of the quantization loss.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not agree.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). Rows without labels are left out of the cross-entropy. The centres are the buffer
    ``centres``, those of :class:`CSQLoss`: rows of a Hadamard matrix, or chosen greedily to be far apart.

    The authors' code has ``pairs=1.0``. Its pull compares a batch with the last outputs of all training rows, and
    begins after some epochs; here all pairs are those of the batch. The paper's own search for centres, whose distances
    are to reach the Gilbert-Varshamov bound, is left out.

    References
    ----------
    .. [1] L. Wang, Y. Pan, C. Liu, H. Lai, J. Yin and Y. Liu, "Deep Hashing with Minimal-Distance-Separated Hash
       Centers", CVPR 2023.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import MDSHLoss
    >>> _ = torch.manual_seed(0)
    >>> loss = MDSHLoss(n_bits=4, n_classes=3)
    >>> y = torch.tensor([0, 2, 2, 1])
    >>> loss(loss.centres[y], y)
    tensor(0.2242)
    """

    centres: Tensor

    def __init__(self, n_bits, n_classes, pairs=0.1, quantization=1e-4):
        super().__init__(n_bits, n_classes)
        self.pairs = check_number("pairs", pairs, least=0)
        self.quantization = check_number("quantization", quantization, least=0)
        self.register_buffer("centres", hash_centres(self.n_bits, self.n_classes))

    def _loss(self, z: Tensor, indicator: Tensor) -> Tensor:
        h = torch.tanh(z)
        p = (math.sqrt(self.n_bits) * cosines(h, self.centres.to(z))).softmax(dim=1)
        likelihood = indicator * p.clamp(min=_LEAST).log() + (1 - indicator) * (1 - p).clamp(min=_LEAST).log()
        similar = (indicator @ indicator.T).clamp(max=1).fill_diagonal_(0)
        pull = (similar * F.softplus((1 - cosines(h, h)) / 2)).sum() / similar.sum().clamp(min=1)
        quantization = (h.abs() - 1).square().mean()
        return (
            mean_of_labelled(-likelihood.mean(dim=1), indicator) + self.pairs * pull + self.quantization * quantization
        )
