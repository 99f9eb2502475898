"""OrthoHash: cross-entropy of the cosines to orthogonal codes, with a margin."""

from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._centres import hash_centres
from sklearn_hash.losses._labels import LabelLoss, label_shares, mean_of_labelled
from sklearn_hash.losses._parameters import check_number


class OrthoHashLoss(LabelLoss):
    r"""Cross-entropy of the cosines to the orthogonal codes of the classes, OrthoHash [1]_.

    With the codes :math:`o_c \in \{-1, 1\}^K` of the classes and the indicator :math:`y`,

    .. math:: L = -\operatorname{mean}_i \frac{1}{|y_i|} \sum_c y_{ic} \log p_{ic}, \qquad
              p_{ic} \propto \exp \left( s (\cos(z_i, o_c) - m y_{ic}) \right).

    The cosine to a binary code is largest at that code, so that no quantization loss is needed.

    Parameters
    ----------
    n_bits : int
        Code length.
    n_classes : int
        Number of classes, or of columns of an indicator.
    scale : float, default=8.0
        Scale s of the cosines before the softmax.
    margin : float, default=0.5
        Margin m, subtracted from the cosines to a row's own classes.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not agree.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). Rows without labels are left out; if no row has labels, the loss is 0. The codes of the
    classes are the buffer ``centres``, the hash centres of :class:`CSQLoss`.

    The authors' code has a margin of 0.2 and random codes, which are orthogonal on average. Its batch normalisation of
    the outputs is part of the network, not of the loss, and is left out.

    References
    ----------
    .. [1] J. T. Hoe, K. W. Ng, T. Zhang, C. S. Chan, Y.-Z. Song and T. Xiang, "One Loss for All: Deep Hashing with
       a Single Cosine Similarity based Learning Objective", NeurIPS 2021.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import OrthoHashLoss
    >>> _ = torch.manual_seed(0)
    >>> loss = OrthoHashLoss(n_bits=4, n_classes=3)
    >>> y = torch.tensor([0, 2, 2, 1])
    >>> loss(loss.centres[y], y)
    tensor(0.0360)
    """

    centres: Tensor

    def __init__(self, n_bits, n_classes, scale=8.0, margin=0.5):
        super().__init__(n_bits, n_classes)
        self.scale = check_number("scale", scale, above=0)
        self.margin = check_number("margin", margin, least=0)
        self.register_buffer("centres", hash_centres(self.n_bits, self.n_classes))

    def _loss(self, z: Tensor, indicator: Tensor) -> Tensor:
        # eps bounds the gradient of rows near 0, whose direction is undefined
        cosines = F.normalize(z, eps=1e-4) @ F.normalize(self.centres.to(z)).T
        logits = self.scale * (cosines - self.margin * indicator)
        return mean_of_labelled(F.cross_entropy(logits, label_shares(indicator), reduction="none"), indicator)
