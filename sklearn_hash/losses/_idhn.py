"""IDHN: cross-entropy for pairs with all or no labels in common, squared error for the others."""

import torch
from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._pairs import PairLoss, pair_weights
from sklearn_hash.losses._parameters import check_number


class IDHNLoss(PairLoss):
    r"""Soft pairwise similarity loss for multi-label rows, IDHN [1]_.

    With relaxed codes :math:`h = z / (1 + |z|)`, the scaled inner product
    :math:`\theta_{ij} = \alpha \langle h_i, h_j \rangle` and the share
    :math:`p_{ij} = \frac{1}{2} (1 + \langle h_i, h_j \rangle / K)` of equal bits, the loss of a pair is

    .. math:: \ell_{ij} = \begin{cases}
                  \log(1 + e^{\theta_{ij}}) - s_{ij} \theta_{ij} & s_{ij} < 0.01 \text{ or } s_{ij} > 0.99 \\
                  \gamma (p_{ij} - s_{ij})^2 & \text{otherwise}
              \end{cases}

    and the loss is :math:`\operatorname{mean}_{ij} \ell_{ij} + \lambda \operatorname{mean}_{ik} \bigl||h_{ik}| -
    1\bigr|` over the known pairs of the batch, and over all its rows and bits.

    Parameters
    ----------
    alpha : "auto" or float, default="auto"
        Scale of the inner product; "auto" is ``10 / n_bits``. The authors' code has 5 / n_bits.
    gamma : float, default=10.0
        Weight :math:`\gamma` of the squared error; the authors' code has ``0.1 * n_bits``.
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
    loss. The paper's similarity is the cosine of the label sets, ``similarity_matrix(y, kind="cosine")``.

    The bounds 0.01 and 0.99 are those of the authors' code, which also counts every row as a pair with itself.

    References
    ----------
    .. [1] Z. Zhang, Q. Zou, Y. Lin, L. Chen and S. Wang, "Improved Deep Hashing with Soft Pairwise Similarity for
       Multi-label Image Retrieval", IEEE Transactions on Multimedia 2020, arXiv:1803.02987.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import IDHNLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> IDHNLoss()(z, similarity_matrix([[1, 0], [1, 1], [0, 1]], kind="cosine"))
    tensor(0.4664)
    """

    def __init__(self, alpha="auto", gamma=10.0, quantization=0.1):
        super().__init__()
        self.alpha = check_number("alpha", alpha, above=0, or_else=("auto",))
        self.gamma = check_number("gamma", gamma, least=0)
        self.quantization = check_number("quantization", quantization, least=0)

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        n_bits = z.shape[1]
        alpha = 10 / n_bits if self.alpha == "auto" else self.alpha
        h = F.softsign(z)
        inner = h @ h.T
        weights, _ = pair_weights(similarity)
        s = similarity.nan_to_num()
        hard = F.binary_cross_entropy_with_logits(alpha * inner, s, reduction="none")
        soft = self.gamma * ((1 + inner / n_bits) / 2 - s).square()
        penalties = torch.where((s < 0.01) | (s > 0.99), hard, soft)
        return (weights * penalties).sum() + self.quantization * (h.abs() - 1).abs().mean()
