"""CSQ: cross-entropy of each bit with the hash centre of a row's class."""

import torch
from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._centres import hash_centres, random_codes, vote
from sklearn_hash.losses._labels import LabelLoss, mean_of_labelled
from sklearn_hash.losses._parameters import check_number


class CSQLoss(LabelLoss):
    r"""Cross-entropy of bits with hash centres, central similarity quantization, CSQ [1]_.

    With relaxed codes :math:`h = \tanh(z)` and the centre :math:`c \in \{-1, 1\}^K` of a row's label,

    .. math:: L = -\operatorname{mean}_{ik} \left( \frac{1 + c_{ik}}{2} \log \frac{1 + h_{ik}}{2}
                  + \frac{1 - c_{ik}}{2} \log \frac{1 - h_{ik}}{2} \right)
                  + \lambda \operatorname{mean}_{ik} \log \cosh(|h_{ik}| - 1).

    The centres are fixed and differ from one another in about half of the bits. They are rows of a Hadamard matrix of
    order `n_bits` and of its negative, and beyond these random codes far from all others. For a multi-label row each
    bit is the majority of the centres of its labels; a fixed random code breaks ties.

    Parameters
    ----------
    n_bits : int
        Code length.
    n_classes : int
        Number of classes, or of columns of an indicator.
    quantization : float, default=0.0001
        Weight :math:`\lambda` of the quantization loss.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not agree.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). Rows without labels have no centre; if no row has labels, the loss is the quantization
    loss. The centres are the buffer ``centres``, drawn from torch's default generator.

    The authors' code has :math:`(|h| - 1)^2` in place of the paper's log cosh, with weight 0.05 by default, and a
    pairwise loss that its commands turn off. It takes the first rows of the Hadamard matrix, and if these do not
    suffice it redraws all centres until they happen to be far apart.

    References
    ----------
    .. [1] L. Yuan, T. Wang, X. Zhang, F. E. H. Tay, Z. Jie, W. Liu and J. Feng, "Central Similarity Quantization
       for Efficient Image and Video Retrieval", CVPR 2020.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import CSQLoss
    >>> _ = torch.manual_seed(0)
    >>> loss = CSQLoss(n_bits=4, n_classes=3)
    >>> y = torch.tensor([0, 2, 2, 1])
    >>> loss(loss.centres[y], y)
    tensor(0.1269)
    """

    centres: Tensor
    tie_break: Tensor

    def __init__(self, n_bits, n_classes, quantization=1e-4):
        super().__init__(n_bits, n_classes)
        self.quantization = check_number("quantization", quantization, least=0)
        self.register_buffer("centres", hash_centres(self.n_bits, self.n_classes))
        self.register_buffer("tie_break", random_codes(1, self.n_bits)[0])

    def _loss(self, z: Tensor, indicator: Tensor) -> Tensor:
        target = (1 + vote(indicator, self.centres.to(z), self.tie_break.to(z))) / 2
        # (1 + tanh(z)) / 2 is the logistic function at 2 z
        cross_entropy = F.binary_cross_entropy_with_logits(2 * z, target, reduction="none").mean(dim=1)
        gap = (torch.tanh(z).abs() - 1).cosh().log().mean()
        return mean_of_labelled(cross_entropy, indicator) + self.quantization * gap
