"""DCH: Cauchy cross-entropy and Cauchy quantization loss."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._pairs import PairLoss, pair_weights
from sklearn_hash.losses._parameters import check_number

# Smallest share of differing bits, as in the authors' code: log d must be finite at d = 0.
_NEAREST = 5e-7


class DCHLoss(PairLoss):
    r"""Cauchy cross-entropy and Cauchy quantization loss of deep Cauchy hashing, DCH [1]_.

    A relaxed Hamming distance :math:`d(h, h') = \frac{K}{2} (1 - \cos(h, h'))` between relaxed codes
    :math:`h = \tanh(z)` gives a pair the probability :math:`\gamma / (\gamma + d)` of being similar. This Cauchy
    distribution decays fast near d = 0, which concentrates similar pairs within a small Hamming radius:

    .. math:: L = \sum_{ij} w_{ij} \Bigl(s_{ij} \log \frac{d_{ij}}{\gamma} + \log\Bigl(1 + \frac{\gamma}{d_{ij}}\Bigr)
                  \Bigr) \Big/ \sum_{ij} w_{ij}
                  + \lambda \operatorname{mean}_i \log\Bigl(1 + \frac{d(|h_i|, \mathbf{1})}{\gamma}\Bigr)

    over the known pairs of the batch, and over all its rows. The weights :math:`w` give similar and dissimilar pairs
    the same total weight. A similarity between 0 and 1 is a soft target of the cross-entropy.

    Parameters
    ----------
    gamma : "auto" or float, default="auto"
        Scale of the Cauchy distribution, the distance at which a pair has probability 1/2 of being similar. "auto" is
        ``n_bits``; the authors' code has 20 for any length.
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

    The loss follows the paper. In the authors' code d is the squared Euclidean distance of the relaxed codes, only
    similar pairs are weighted, and the quantization loss is :math:`(|h| - 1)^2` with weight 0.

    References
    ----------
    .. [1] Y. Cao, M. Long, B. Liu and J. Wang, "Deep Cauchy Hashing for Hamming Space Retrieval", CVPR 2018.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import DCHLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> DCHLoss()(z, similarity_matrix([0, 0, 1]))
    tensor(0.3651)
    """

    def __init__(self, gamma="auto", quantization=0.1):
        super().__init__()
        self.gamma = check_number("gamma", gamma, above=0, or_else=("auto",))
        self.quantization = check_number("quantization", quantization, least=0)

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        n_bits = z.shape[1]
        scale = n_bits / (n_bits if self.gamma == "auto" else self.gamma)
        # eps bounds the gradient of rows near 0, whose direction is undefined
        r = F.normalize(torch.tanh(z), eps=1e-4)
        # d / gamma; a cosine can be rounded to just above 1
        d = scale * ((1 - r @ r.T).clamp(min=0) / 2 + _NEAREST)
        weights, _ = pair_weights(similarity, "balanced")
        s = similarity.nan_to_num()
        cross_entropy = (weights * (s * torch.log1p(d) + (1 - s) * torch.log1p(1 / d))).sum()
        from_corner = scale / 2 * (1 - r.abs().sum(dim=1) / math.sqrt(n_bits)).clamp(min=0)
        return cross_entropy + self.quantization * torch.log1p(from_corner).mean()
