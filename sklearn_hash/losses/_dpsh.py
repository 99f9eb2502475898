"""DPSH: likelihood of the pairs, and squared distance of the outputs to their signs."""

from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._pairs import PairLoss, pair_weights
from sklearn_hash.losses._parameters import check_number


class DPSHLoss(PairLoss):
    r"""Negative log-likelihood of the pairs in deep pairwise-supervised hashing, DPSH [1]_.

    With the scaled inner product :math:`\theta_{ij} = \alpha \langle z_i, z_j \rangle` of two outputs of the hash
    layer, without an activation,

    .. math:: L = \operatorname{mean}_{ij} (\log(1 + e^{\theta_{ij}}) - s_{ij} \theta_{ij})
                  + \eta \operatorname{mean}_{ik} (z_{ik} - \operatorname{sign} z_{ik})^2

    over the known pairs of the batch, and over all its rows and bits. A similarity between 0 and 1 is a soft target of
    the likelihood.

    Parameters
    ----------
    alpha : "auto" or float, default="auto"
        Scale of the inner product; "auto" is ``8 / n_bits``. The paper has 0.5 for every length, which is equal at 16
        bits.
    quantization : float, default=0.1
        Weight :math:`\eta` of the quantization loss.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `similarity` do not agree.

    Notes
    -----
    ``loss(z, similarity)`` takes the output `z` of the hash layer, (n, n_bits), and the similarity of its rows, (n, n)
    in [0, 1] with NaN for unknown pairs; the diagonal is ignored. Without a known pair the loss is the quantization
    loss.

    The paper has sums in place of means. The authors' code pairs the rows of a batch with stored outputs of the whole
    training set, and each row with itself. It sums the quantization loss over the bits with weight 50 / n_train, which
    is ``quantization=50 * n_bits / n_train`` here: about 0.3 for 32 bits and 5,000 rows.

    References
    ----------
    .. [1] W.-J. Li, S. Wang and W.-C. Kang, "Feature Learning based Deep Supervised Hashing with Pairwise Labels",
       IJCAI 2016.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import DPSHLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> DPSHLoss()(z, similarity_matrix([0, 0, 1]))
    tensor(0.0210)
    """

    def __init__(self, alpha="auto", quantization=0.1):
        super().__init__()
        self.alpha = check_number("alpha", alpha, above=0, or_else=("auto",))
        self.quantization = check_number("quantization", quantization, least=0)

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        alpha = 8 / z.shape[1] if self.alpha == "auto" else self.alpha
        weights, _ = pair_weights(similarity)
        theta = alpha * z @ z.T
        likelihood = F.binary_cross_entropy_with_logits(theta, similarity.nan_to_num(), weights, reduction="sum")
        return likelihood + self.quantization * (z.abs() - 1).square().mean()
