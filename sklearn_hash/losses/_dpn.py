"""DPN: a hinge for every bit, on the side of the target vectors of a row's labels."""

from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._centres import hash_centres
from sklearn_hash.losses._labels import LabelLoss, mean_of_labelled
from sklearn_hash.losses._pairs import check_number


class DPNLoss(LabelLoss):
    r"""Polarization loss of the deep polarized network, DPN [1]_.

    With the target vectors :math:`t_c \in \{-1, 1\}^K` of the classes and the labels :math:`Y_i` of a row,

    .. math:: L = \operatorname{mean}_i \sum_{c \in Y_i} \operatorname{mean}_k \max(0, m - z_{ik} t_{ck}).

    Outputs are pushed to beyond `margin` on either side of 0, each bit for itself; that bounds the Hamming distances
    of rows to their target vectors.

    Parameters
    ----------
    n_bits : int
        Length of the codes.
    n_classes : int
        Number of classes, the columns of an indicator.
    margin : float, default=0.5
        Output beyond which a bit costs nothing.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not fit.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). Rows without labels are left out; without any other the loss is 0. The target vectors
    are the buffer ``centres``, drawn from torch's default generator.

    The paper sums over the bits, takes 1 for the margin, and draws every bit of a target vector at random; here the
    target vectors are the hash centres of :class:`CSQLoss`, which keep what random ones have on average, a distance of
    half of the bits.
    The paper's variants, ternary codes and target vectors that follow the codes, are left out.

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
        # how many labels of a row want a bit to be +1, and how many -1
        n_above, n_below = indicator @ positive, indicator @ (1 - positive)
        hinges = n_above * F.relu(self.margin - z) + n_below * F.relu(self.margin + z)
        return mean_of_labelled(hinges.mean(dim=1), indicator)
