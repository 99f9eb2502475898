"""DBDH: likelihood of the pairs of bounded outputs, and balanced codes."""

from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._pairs import PairLoss, pair_weights
from sklearn_hash.losses._parameters import check_number


class DBDHLoss(PairLoss):
    r"""Likelihood of the pairs and balance of the codes, deep balanced discrete hashing, DBDH [1]_.

    With :math:`h = \max(-1, \min(z, 1))`, whose gradient ends where a bit is decided, and
    :math:`\theta_{ij} = \alpha \langle h_i, h_j \rangle`,

    .. math:: L = \operatorname{mean}_{ij} (\log(1 + e^{\theta_{ij}}) - s_{ij} \theta_{ij})
                  + \lambda \operatorname{mean}_i \Bigl( \frac{1}{K} \sum_k h_{ik} \Bigr)^2

    over the known pairs of the batch, and over all its rows. The second term asks for as many bits set as not in every
    code. A similarity between 0 and 1 is a soft target of the likelihood.

    Parameters
    ----------
    alpha : "auto" or float, default="auto"
        Scale of the inner product; "auto" is ``8 / n_bits``. Public code has 0.5 for every length, which is equal at 16
        bits.
    balance : float, default=0.1
        Weight :math:`\lambda` of the balance.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `similarity` do not agree.

    Notes
    -----
    ``loss(z, similarity)`` takes the output `z` of the hash layer, (n, n_bits), and the similarity of its rows, (n, n)
    in [0, 1] with NaN for unknown pairs; the diagonal is ignored. Without a known pair the loss is the balance.

    By its abstract, the paper has binary codes with a straight-through gradient. Two public implementations agree on
    the form here. They pair the rows of a batch with stored outputs of the whole training set, and each row with
    itself; here all pairs are those of the batch.

    References
    ----------
    .. [1] X. Zheng, Y. Zhang and X. Lu, "Deep Balanced Discrete Hashing for Image Retrieval", Neurocomputing 403, 2020.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import DBDHLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> DBDHLoss()(z, similarity_matrix([0, 0, 1]))
    tensor(0.0038)
    """

    def __init__(self, alpha="auto", balance=0.1):
        super().__init__()
        self.alpha = check_number("alpha", alpha, above=0, or_else=("auto",))
        self.balance = check_number("balance", balance, least=0)

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        alpha = 8 / z.shape[1] if self.alpha == "auto" else self.alpha
        h = z.clamp(-1, 1)
        weights, _ = pair_weights(similarity)
        theta = alpha * h @ h.T
        likelihood = F.binary_cross_entropy_with_logits(theta, similarity.nan_to_num(), weights, reduction="sum")
        return likelihood + self.balance * h.mean(dim=1).square().mean()
