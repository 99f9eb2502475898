"""DPN: hinge loss of each bit with the target vectors of a row's labels."""

from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._centres import hash_centres
from sklearn_hash.losses._labels import LabelLoss, mean_of_labelled
from sklearn_hash.losses._parameters import check_number


class DPNLoss(LabelLoss):
    r"""Polarization loss of the deep polarized network, DPN [1]_.

    With the target vectors :math:`t_c \in \{-1, 1\}^K` of the classes and the labels :math:`Y_i` of a row,

    .. math:: L = \operatorname{mean}_i \sum_{c \in Y_i} \operatorname{mean}_k \max(0, m - z_{ik} t_{ck}).

    Each output is pushed past `margin` on the side of its target, which bounds the Hamming distance between a row and
    its target vector.

    Parameters
    ----------
    n_bits : int
        Code length.
    n_classes : int
        Number of classes, or of columns of an indicator.
    margin : float, default=0.5
        Output beyond which the loss of a bit is 0.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not agree.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). Rows without labels are left out; if no row has labels, the loss is 0. The target vectors
    are the buffer ``centres``, drawn from torch's default generator.

    The paper sums over the bits, has a margin of 1, and draws the bits of the target vectors at random. Here they are
    the hash centres of :class:`CSQLoss`, whose distance is half of the bits, as that of random ones is on average. The
    paper's variants with ternary codes, and with target vectors updated from the codes, are not implemented.

    References
    ----------
    .. [1] L. Fan, K. W. Ng, C. Ju, T. Zhang and C. S. Chan, "Deep Polarized Network for Supervised Learning of
       Accurate Binary Hashing Codes", IJCAI 2020.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import DPNLoss
    >>> _ = torch.manual_seed(0)
    >>> loss = DPNLoss(n_bits=4, n_classes=3)
    >>> y = torch.tensor([0, 2, 2, 1])
    >>> loss(0.25 * loss.centres[y], y)
    tensor(0.2500)
    """

    centres: Tensor

    def __init__(self, n_bits, n_classes, margin=0.5):
        super().__init__(n_bits, n_classes)
        self.margin = check_number("margin", margin, above=0)
        self.register_buffer("centres", hash_centres(self.n_bits, self.n_classes))

    def _loss(self, z: Tensor, indicator: Tensor) -> Tensor:
        positive = self.centres.to(z).clamp(min=0)
        # number of labels of a row whose target is +1, and -1
        n_above, n_below = indicator @ positive, indicator @ (1 - positive)
        hinges = n_above * F.relu(self.margin - z) + n_below * F.relu(self.margin + z)
        return mean_of_labelled(hinges.mean(dim=1), indicator)
