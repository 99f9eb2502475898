"""MMHH: cross-entropy of a heavy-tailed distribution, lighter within the Hamming radius of a look-up."""

from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._pairs import PairLoss, pair_weights
from sklearn_hash.losses._parameters import check_number


class MMHHLoss(PairLoss):
    r"""Max-margin t-distribution loss of maximum-margin Hamming hashing, MMHH [1]_.

    A relaxed Hamming distance :math:`d(z, z') = \frac{K}{2} (1 - \cos(z, z'))` gives a pair the probability
    :math:`p = \frac{1}{2} \gamma / (\gamma + d)` of being similar, and

    .. math:: L = -\operatorname{mean}_{ij} m_{ij} \left( s_{ij} \log p_{ij} + (1 - s_{ij}) \log (1 - p_{ij}) \right)
                  + \lambda \operatorname{mean}_{ik} \log \cosh(|z_{ik}| - 1)

    over the known pairs of the batch, and over all its rows and bits. The margin: m is `inside` for a similar pair
    within the Hamming radius, where a look-up finds it, and else 1. The penalty of a dissimilar pair is bounded by
    log 2, so that a wrong label does little.

    Parameters
    ----------
    gamma : "auto" or float, default="auto"
        Distance scale :math:`\gamma`; "auto" is ``n_bits / 4``.
    radius : float, default=2.0
        Hamming radius of the margin.
    inside : float, default=0.5
        Weight m of the similar pairs within the radius.
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
    loss. A similarity between 0 and 1 is a soft target of the cross-entropy.

    This is the form of the authors' code, whose example has ``gamma=10.0``, weighs all pairs alike and sums the
    quantization loss over bits with weight 0.001. Its weights within and outside of the radius are options. Its
    semi-batch, which pairs the rows
    of a batch with stored outputs of all rows, is left out.

    References
    ----------
    .. [1] R. Kang, Y. Cao, M. Long, J. Wang and P. S. Yu, "Maximum-Margin Hamming Hashing", ICCV 2019.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import MMHHLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> MMHHLoss()(z, similarity_matrix([0, 0, 1]))
    tensor(0.2390)
    """

    def __init__(self, gamma="auto", radius=2.0, inside=0.5, quantization=0.1):
        super().__init__()
        self.gamma = check_number("gamma", gamma, above=0, or_else=("auto",))
        self.radius = check_number("radius", radius, least=0)
        self.inside = check_number("inside", inside, least=0)
        self.quantization = check_number("quantization", quantization, least=0)

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        n_bits = z.shape[1]
        gamma = n_bits / 4 if self.gamma == "auto" else self.gamma
        # eps bounds the gradient of rows near 0, whose direction is undefined
        unit = F.normalize(z, eps=1e-4)
        # a cosine can be rounded to just above 1
        d = n_bits / 2 * (1 - unit @ unit.T).clamp(min=0)
        p = gamma / 2 / (gamma + d)
        weights, similar = pair_weights(similarity)
        weights = weights * (1 + (self.inside - 1) * similar * (d.detach() <= self.radius))
        s = similarity.nan_to_num()
        cross_entropy = -(weights * (s * p.log() + (1 - s) * (1 - p).log())).sum()
        return cross_entropy + self.quantization * _log_cosh(z.abs() - 1).mean()


def _log_cosh(x: Tensor) -> Tensor:
    """Return log cosh x, which cosh itself would not allow for large x."""
    return x.abs() + F.softplus(-2 * x.abs()) - 0.6931471805599453
