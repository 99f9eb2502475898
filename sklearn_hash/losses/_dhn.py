"""DHN: pairwise cross-entropy and a quantization loss."""

import torch
from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._pairs import PairLoss, pair_weights
from sklearn_hash.losses._parameters import check_number


class DHNLoss(PairLoss):
    r"""Pairwise cross-entropy and quantization loss of the deep hashing network, DHN [1]_.

    With relaxed codes :math:`h = \tanh(z)` and :math:`\theta_{ij} = \alpha \langle h_i, h_j \rangle`,

    .. math:: L = \operatorname{mean}_{ij} (\log(1 + e^{\theta_{ij}}) - s_{ij} \theta_{ij})
                  + \lambda \operatorname{mean}_{ik} \log \cosh(|h_{ik}| - 1)

    over the known pairs of the batch, and over all its rows and bits. A similarity between 0 and 1 is a soft target of
    the cross-entropy.

    Parameters
    ----------
    alpha : "auto" or float, default="auto"
        Scale of the inner product; "auto" is ``5 / n_bits``.
    quantization : float, default=0.1
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

    The authors' code does not scale the inner product, and sums the quantization loss over the bits with weight 0.3.
    That is ``DHNLoss(alpha=1.0, quantization=0.3 * n_bits)``, which saturates early and trains worse on small data.

    References
    ----------
    .. [1] H. Zhu, M. Long, J. Wang and Y. Cao, "Deep Hashing Network for Efficient Similarity Retrieval",
       AAAI 2016.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import DHNLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> DHNLoss()(z, similarity_matrix([0, 0, 1]))
    tensor(0.0648)
    """

    def __init__(self, alpha="auto", quantization=0.1):
        super().__init__()
        self.alpha = check_number("alpha", alpha, above=0, or_else=("auto",))
        self.quantization = check_number("quantization", quantization, least=0)

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        alpha = 5 / z.shape[1] if self.alpha == "auto" else self.alpha
        h = torch.tanh(z)
        weights, _ = pair_weights(similarity)
        cross_entropy = F.binary_cross_entropy_with_logits(
            alpha * h @ h.T, similarity.nan_to_num(), weights, reduction="sum"
        )
        # in [-1, 0], where cosh cannot overflow
        return cross_entropy + self.quantization * (h.abs() - 1).cosh().log().mean()
