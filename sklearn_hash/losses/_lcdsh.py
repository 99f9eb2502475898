"""LCDSH: likelihood of the pairs, and the same similarities from outputs as from their signs."""

from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._labels import binary_codes
from sklearn_hash.losses._pairs import PairLoss, pair_weights
from sklearn_hash.losses._parameters import check_number


class LCDSHLoss(PairLoss):
    r"""Likelihood of the pairs and their locality constraint, LCDSH [1]_.

    With :math:`\theta_{ij} = \alpha \langle z_i, z_j \rangle` of two outputs of the hash layer, without an activation,
    and the same of their codes, :math:`\vartheta_{ij} = \alpha \langle b_i, b_j \rangle` with
    :math:`b = \operatorname{sign}(z)`,

    .. math:: L = \operatorname{mean}_{ij} (\log(1 + e^{\theta_{ij}}) - s_{ij} \theta_{ij})
                  + \lambda \operatorname{mean}_{ij} (\sigma(\theta_{ij}) - \sigma(\vartheta_{ij}))^2

    over the known pairs of the batch. The codes are constants for the gradient: rounding shall not change how similar
    two rows look. A similarity between 0 and 1 is a soft target of the likelihood.

    Parameters
    ----------
    alpha : "auto" or float, default="auto"
        Scale of the inner product; "auto" is ``8 / n_bits``. Public code has 0.5 for every length, which is equal at 16
        bits.
    locality : float, default=0.3
        Weight :math:`\lambda` of the locality constraint.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `similarity` do not agree.

    Notes
    -----
    ``loss(z, similarity)`` takes the output `z` of the hash layer, (n, n_bits), and the similarity of its rows, (n, n)
    in [0, 1] with NaN for unknown pairs; the diagonal is ignored. Without a known pair the loss is 0.

    A public implementation has ``alpha=0.5`` and ``locality=3.0``, and pairs each row with itself, too.

    References
    ----------
    .. [1] H. Zhu and S. Gao, "Locality-Constrained Deep Supervised Hashing for Image Retrieval", IJCAI 2017.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import LCDSHLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> LCDSHLoss()(z, similarity_matrix([0, 0, 1]))
    tensor(0.0001)
    """

    def __init__(self, alpha="auto", locality=0.3):
        super().__init__()
        self.alpha = check_number("alpha", alpha, above=0, or_else=("auto",))
        self.locality = check_number("locality", locality, least=0)

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        alpha = 8 / z.shape[1] if self.alpha == "auto" else self.alpha
        weights, _ = pair_weights(similarity)
        theta = alpha * z @ z.T
        likelihood = F.binary_cross_entropy_with_logits(theta, similarity.nan_to_num(), weights, reduction="sum")
        codes = binary_codes(z.detach())
        rounding = theta.sigmoid() - (alpha * codes @ codes.T).sigmoid()
        return likelihood + self.locality * (weights * rounding.square()).sum()
