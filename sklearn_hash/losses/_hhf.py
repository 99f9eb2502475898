"""HHF: proxies of the classes, under hinges that leave room for quantization."""

import torch
from torch import Tensor

from sklearn_hash.losses._labels import LabelLoss
from sklearn_hash.losses._parameters import check_number
from sklearn_hash.losses._proxies import class_proxies, cosines, nearest_cosine


class HHFLoss(LabelLoss):
    r"""Hashing-guided hinge function over proxies of the classes, HHF [1]_.

    With the proxy :math:`p_c` of each class, the indicator y, :math:`x_{ic} = \cos(z_i, p_c)` and :math:`\zeta`, the
    largest cosine that codes of so many classes must allow,

    .. math:: L &= \operatorname{mean}_{c \in B} \log \Bigl( 1 + \sum_{i: y_{ic} = 1}
                   \bigl( e^{\alpha \max(0, 1 - \delta - x_{ic})} - 1 \bigr) \Bigr)
                   + \operatorname{mean}_c \log \Bigl( 1 + \sum_{i: y_{ic} = 0}
                   \bigl( e^{\alpha \max(0, x_{ic} - \zeta - \delta)} - 1 \bigr) \Bigr) \\
                &+ \lambda \operatorname{mean}_{ik} (z_{ik} - \operatorname{sign} z_{ik})^2

    where B are the classes of the batch. A loss that pushes classes apart without end works against quantization: no
    codes are that far apart. So both forces end where codes can follow.

    Parameters
    ----------
    n_bits : int
        Code length.
    n_classes : int
        Number of classes, or of columns of an indicator.
    alpha : float, default=2.0
        Sharpness :math:`\alpha` of the choice of hard rows.
    delta : float, default=0.2
        Cosine :math:`\delta` that either hinge leaves for quantization.
    threshold : "auto" or float, default="auto"
        Cosine :math:`\zeta` that costs nothing; "auto" is ``1 - 2 d / n_bits`` with the largest distance d that the
        Griesmer bound leaves to a linear code of as many words as there are classes.
    quantization : float, default=0.1
        Weight :math:`\lambda` of the quantization loss.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not agree.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). A row without labels is only kept away from the proxies. The proxies are the parameter
    ``proxies``, (n_classes, n_bits), to be trained with the network.

    The paper puts its hinge into several losses; this is the one of proxies and hard rows (proxy anchor). The authors'
    code has ``alpha=16.0``, which leaves all to the worst rows, and sums the quantization loss over the batch, with
    weight 0.001: ``quantization=0.001 * n * n_bits`` for a batch of n rows here. The authors take :math:`\zeta` from a
    table of the best known linear codes, which the bound equals for up to 32 classes and most lengths, and exceeds by a
    few bits beyond.

    References
    ----------
    .. [1] C. Xu, Z. Chai, Z. Xu, H. Li, Q. Zuo, L. Yang and C. Yuan, "HHF: Hashing-guided Hinge Function for Deep
       Hashing Retrieval", IEEE Transactions on Multimedia, 2022.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import HHFLoss
    >>> _ = torch.manual_seed(0)
    >>> loss = HHFLoss(n_bits=4, n_classes=3)
    >>> y = torch.tensor([0, 2, 2, 1])
    >>> value = loss(loss.proxies.detach()[y], y)
    >>> value.backward()
    >>> loss.proxies.grad.shape
    torch.Size([3, 4])
    """

    def __init__(self, n_bits, n_classes, alpha=2.0, delta=0.2, threshold="auto", quantization=0.1):
        super().__init__(n_bits, n_classes)
        self.alpha = check_number("alpha", alpha, above=0)
        self.delta = check_number("delta", delta, least=0)
        self.threshold = check_number("threshold", threshold, least=-1, or_else=("auto",))
        self.quantization = check_number("quantization", quantization, least=0)
        self.proxies = class_proxies(self.n_bits, self.n_classes)

    def _loss(self, z: Tensor, indicator: Tensor) -> Tensor:
        threshold = nearest_cosine(self.n_bits, self.n_classes) if self.threshold == "auto" else self.threshold
        to_proxies = cosines(z, self.proxies.to(z))
        near = self._hard(indicator, 1 - self.delta - to_proxies)
        far = self._hard(1 - indicator, to_proxies - threshold - self.delta)
        n_present = indicator.any(dim=0).sum().clamp(min=1)
        return near.sum() / n_present + far.mean() + self.quantization * (z.abs() - 1).square().mean()

    def _hard(self, mask: Tensor, excess: Tensor) -> Tensor:
        """Return for each class the hinge of its rows, the worst ones above all."""
        return torch.log1p((mask * torch.expm1(self.alpha * excess.clamp(min=0))).sum(dim=0))
