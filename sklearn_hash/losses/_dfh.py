"""DFH: pairs with a margin, and binary codes near learned class centres."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sklearn_hash.losses._labels import LabelLoss, binary_codes, label_shares, mean_of_labelled
from sklearn_hash.losses._pairs import pair_weights
from sklearn_hash.losses._parameters import check_number


class DFHLoss(LabelLoss):
    r"""Pairs with a margin, and compact classes far apart, deep Fisher hashing, DFH [1]_.

    With :math:`\theta_{ij} = \alpha \langle z_i, z_j \rangle`, the similarity s (1 where two rows share a label, else
    0), the mean :math:`v_{y_i}` of the relaxed centres V of a row's labels, and that of their signs,
    :math:`c_{y_i}`, the codes are :math:`b_i = \operatorname{sign}(z_i + \mu c_{y_i})` and

    .. math:: L &= \operatorname{mean}_{i \neq j} \log(1 + e^{m + (1 - 2 s_{ij}) \theta_{ij}})
                   + \eta \operatorname{mean}_{ik} (b_{ik} - z_{ik})^2 \\
                &+ \operatorname{mean}_{ik} (v_{y_i k} - b_{ik})^2
                   + \operatorname{mean}_{cd} (\tfrac{1}{K} \langle v_c, v_d \rangle - t_{cd})^2
                   + \operatorname{mean}_{ck} (|v_{ck}| - 1)^2,

    where t is 1 on the diagonal and -1 elsewhere. The first line, with constant b, trains the network. The second
    trains the centres to be near their codes, far from one another, and nearly binary.

    Parameters
    ----------
    n_bits : int
        Code length.
    n_classes : int
        Number of classes, or of columns of an indicator.
    alpha : "auto" or float, default="auto"
        Scale of the inner product; "auto" is ``5 / n_bits``.
    margin : float, default=0.0
        Margin m of the pairs.
    centre_pull : float, default=1.0
        Weight :math:`\mu` of a row's centre in its code.
    quantization : float, default=1.0
        Weight :math:`\eta` of the distance between outputs and codes.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not agree.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). A row without labels is similar to no other row, and its code is its signs. The relaxed
    centres are the parameter ``relaxed_centres``, (n_classes, n_bits), to be trained with the network.

    The paper solves for the codes and centres of all rows alternately. Here, as in the authors' code, both are computed
    from the batch. The authors' code takes 200 gradient steps on the centres per batch, or one sweep over discrete
    centres; here they take one step of the optimizer. Its pairs are those of the batch with the last outputs of all
    rows, its inner product has the scale 1/2, its :math:`\eta` is 0.5 and its margin 0, although the paper has one.

    References
    ----------
    .. [1] Y. Li, W. Pei, Y. Zha and J. van Gemert, "Push for Quantization: Deep Fisher Hashing", BMVC 2019.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import DFHLoss
    >>> _ = torch.manual_seed(0)
    >>> loss = DFHLoss(n_bits=2, n_classes=2)
    >>> value = loss(torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]]), torch.tensor([0, 0, 1]))
    >>> value.backward()
    >>> loss.relaxed_centres.grad.shape
    torch.Size([2, 2])
    """

    def __init__(self, n_bits, n_classes, alpha="auto", margin=0.0, centre_pull=1.0, quantization=1.0):
        super().__init__(n_bits, n_classes)
        self.alpha = check_number("alpha", alpha, above=0, or_else=("auto",))
        self.margin = check_number("margin", margin, least=0)
        self.centre_pull = check_number("centre_pull", centre_pull, least=0)
        self.quantization = check_number("quantization", quantization, least=0)
        self.relaxed_centres = nn.Parameter(0.1 * torch.randn(self.n_classes, self.n_bits, dtype=torch.float32))

    def _loss(self, z: Tensor, indicator: Tensor) -> Tensor:
        alpha = 5 / self.n_bits if self.alpha == "auto" else self.alpha
        centres, shares = self.relaxed_centres.to(z), label_shares(indicator)
        codes = binary_codes(z + self.centre_pull * shares @ binary_codes(centres))
        similar = (indicator @ indicator.T).clamp(max=1)
        weights, _ = pair_weights(similar)
        pairs = (F.softplus(self.margin + (1 - 2 * similar) * alpha * (z @ z.T)) * weights).sum()
        within = mean_of_labelled((shares @ centres - codes).square().mean(dim=1), indicator)
        return pairs + self.quantization * (codes - z).square().mean() + within + _spread(centres)


def _spread(centres: Tensor) -> Tensor:
    """Return the loss of centres that are not opposite to one another, or not binary."""
    overlap = centres @ centres.T / centres.shape[1]
    wanted = torch.full_like(overlap, -1.0).fill_diagonal_(1)
    return (overlap - wanted).square().mean() + (centres.abs() - 1).square().mean()
