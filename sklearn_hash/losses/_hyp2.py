"""HyP2: cosines to proxies of the labels, and between rows that share none."""

from torch import Tensor

from sklearn_hash.losses._labels import LabelLoss
from sklearn_hash.losses._parameters import check_number
from sklearn_hash.losses._proxies import class_proxies, cosines, nearest_cosine


class HyP2Loss(LabelLoss):
    r"""Hybrid proxy-pair loss for label sets, HyP² [1]_.

    With the proxy :math:`p_c` of each class, the indicator y and :math:`\zeta`, the largest cosine that codes of so
    many classes must allow,

    .. math:: L = \operatorname{mean}_{y_{ic} = 1} (1 - \cos(z_i, p_c))
                  + \operatorname{mean}_{y_{ic} = 0} \max(0, \cos(z_i, p_c) - \zeta)
                  + \beta \operatorname{mean}_{ij} \max(0, \cos(z_i, z_j) - \zeta).

    The last mean is over the pairs of rows that have several labels each and share none: proxies alone cannot keep
    such rows apart.

    Parameters
    ----------
    n_bits : int
        Code length.
    n_classes : int
        Number of classes, or of columns of an indicator.
    threshold : "auto" or float, default="auto"
        Cosine :math:`\zeta` that costs nothing; "auto" is ``1 - 2 d / n_bits`` with the largest distance d that the
        Griesmer bound leaves to a linear code of as many words as there are classes.
    pairs : float, default=0.5
        Weight :math:`\beta` of the pairs.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not agree.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). A row without labels is only kept away from the proxies. The proxies are the parameter
    ``proxies``, (n_classes, n_bits), to be trained with the network.

    The authors take :math:`\zeta` from a table of the best known linear codes, which the bound equals for up to 32
    classes and most lengths, and exceeds by a few bits beyond.

    References
    ----------
    .. [1] C. Xu, Z. Chai, Z. Xu, C. Yuan, Y. Fan and J. Wang, "HyP² Loss: Beyond Hypersphere Metric Space for
       Multi-label Image Retrieval", ACM MM 2022.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import HyP2Loss
    >>> _ = torch.manual_seed(0)
    >>> loss = HyP2Loss(n_bits=4, n_classes=3)
    >>> y = torch.tensor([0, 2, 2, 1])
    >>> value = loss(loss.proxies.detach()[y], y)
    >>> value.backward()
    >>> loss.proxies.grad.shape
    torch.Size([3, 4])
    """

    def __init__(self, n_bits, n_classes, threshold="auto", pairs=0.5):
        super().__init__(n_bits, n_classes)
        self.threshold = check_number("threshold", threshold, least=-1, or_else=("auto",))
        self.pairs = check_number("pairs", pairs, least=0)
        self.proxies = class_proxies(self.n_bits, self.n_classes)

    def _loss(self, z: Tensor, indicator: Tensor) -> Tensor:
        threshold = nearest_cosine(self.n_bits, self.n_classes) if self.threshold == "auto" else self.threshold
        to_proxies = cosines(z, self.proxies.to(z))
        near = _mean_where(indicator, 1 - to_proxies)
        far = _mean_where(1 - indicator, (to_proxies - threshold).clamp(min=0))
        several = (indicator.sum(dim=1) > 1).to(z)
        apart = (indicator @ indicator.T == 0) * several[:, None] * several
        return near + far + self.pairs * _mean_where(apart, (cosines(z, z) - threshold).clamp(min=0))


def _mean_where(mask: Tensor, values: Tensor) -> Tensor:
    """Return the mean of the values where the mask is 1, or 0 if it is nowhere."""
    return (mask * values).sum() / mask.sum().clamp(min=1)
