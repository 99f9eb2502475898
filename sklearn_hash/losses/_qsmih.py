"""QSMIH: quadratic spherical mutual information of outputs and similarities."""

from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._pairs import PairLoss, pair_weights
from sklearn_hash.losses._parameters import check_number


class QSMIHLoss(PairLoss):
    r"""Quadratic spherical mutual information, QSMIH [1]_.

    With :math:`c_{ij} = \frac{1}{2} (1 + \cos(z_i, z_j))` and the share :math:`p` of the similar pairs among all, the
    information is :math:`\operatorname{mean}_{ij} (s_{ij} c_{ij} - p c_{ij})`. Its square clamping, which gives the
    similar pairs a goal, and the others less force the nearer they are to theirs, makes it a loss:

    .. math:: L = \operatorname{mean}_{ij} (s_{ij} (1 - c_{ij})^2 + p c_{ij}^2)
                  + \lambda \operatorname{mean}_{ik} ||z_{ik}| - 1|

    over the known pairs of the batch, and over all its rows and bits.

    Parameters
    ----------
    quantization : float, default=0.01
        Weight :math:`\lambda` of the quantization loss.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `similarity` do not agree.

    Notes
    -----
    ``loss(z, similarity)`` takes the output `z` of the hash layer, (n, n_bits), and the similarity of its rows, (n, n)
    in [0, 1] with NaN for unknown pairs; the diagonal is ignored. Without a known pair the loss is the quantization
    loss.

    The authors' code has sums in place of means, with weight 0.001 of the quantization loss, which is
    ``quantization=0.001 * n_bits / n`` for a batch of n rows here. It pairs each row with itself, too, and adds a
    constant. Their similarities are 0 or 1; here a similarity in between weights the first term.

    References
    ----------
    .. [1] N. Passalis and A. Tefas, "Deep Supervised Hashing Using Quadratic Spherical Mutual Information for
       Efficient Image Retrieval", Signal Processing: Image Communication 93, 2021.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import QSMIHLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> QSMIHLoss()(z, similarity_matrix([0, 0, 1]))
    tensor(0.1006)
    """

    def __init__(self, quantization=0.01):
        super().__init__()
        self.quantization = check_number("quantization", quantization, least=0)

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        # eps bounds the gradient of rows near 0, whose direction is undefined
        unit = F.normalize(z, eps=1e-4)
        nearness = (1 + unit @ unit.T) / 2
        weights, similar = pair_weights(similarity)
        graded = weights * similarity.nan_to_num()
        information = graded * (1 - nearness).square() + (weights * similar).sum() * weights * nearness.square()
        return information.sum() + self.quantization * (z.abs() - 1).abs().mean()
