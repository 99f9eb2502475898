"""TALR: tie-aware average precision, relaxed."""

from torch import Tensor

from sklearn_hash.losses._histograms import bin_number, distance_histograms, relaxed_codes
from sklearn_hash.losses._mihash import pair_kinds
from sklearn_hash.losses._pairs import PairLoss
from sklearn_hash.losses._parameters import check_count, check_number


class TALRLoss(PairLoss):
    r"""Tie-aware average precision of every row as a query against the batch, TALR [1]_.

    Let :math:`c^+_d` of the :math:`c_d` rows at distance d from a row be similar to it, :math:`C^+_d` and :math:`C_d`
    of those up to d, and :math:`n^+` in all. With ties in random order its average precision is nearly

    .. math:: AP = \frac{1}{n^+} \sum_d c^+_d \frac{C^+_{d-1} + C^+_d + 1}{C_{d-1} + C_d + 1},
              \qquad L = 1 - \operatorname{mean}_i AP_i.

    The counts are histograms of the distances of relaxed codes :math:`h = 2 \sigma(\beta z) - 1`; triangular pulses
    between the centres of the bins give them a gradient.

    Parameters
    ----------
    beta : float, default=8.0
        Steepness :math:`\beta` of the relaxed codes.
    n_bins : "auto" or int, default="auto"
        Number of bins less one; "auto" is ``n_bits / 2``, but at most 16.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `similarity` do not agree.

    Notes
    -----
    ``loss(z, similarity)`` takes the output `z` of the hash layer, (n, n_bits), and the similarity of its rows, (n, n)
    in [0, 1] with NaN for unknown pairs; the diagonal is ignored. Rows are similar if their similarity is positive.
    Rows without similar rows are left out; if no row has one, the loss is 0.

    This is the simplified average precision of the authors' code. Its ``beta`` is 1, 10 for ImageNet, or grows, and it
    has one bin for each distance unless told otherwise: half as many from 32 bits on for CIFAR-10 and NUS-WIDE, 16 for
    ImageNet. Its relaxation of NDCG is left out.

    References
    ----------
    .. [1] K. He, F. Cakir, S. A. Bargal and S. Sclaroff, "Hashing as Tie-Aware Learning to Rank", CVPR 2018.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import TALRLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])
    >>> TALRLoss()(z, similarity_matrix([0, 0, 1, 1]))
    tensor(0.2741)
    """

    def __init__(self, beta=8.0, n_bins="auto"):
        super().__init__()
        self.beta = check_number("beta", beta, above=0)
        self.n_bins = check_count("n_bins", n_bins, or_else=("auto",))

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        similar, dissimilar = pair_kinds(similarity)
        counts = distance_histograms(
            relaxed_codes(z, self.beta), (similar, similar + dissimilar), bin_number(self.n_bins, z.shape[1])
        )
        upto_similar, upto = (count.cumsum(dim=1) for count in counts)
        # C at d and C at d - 1 in sum
        precision = (2 * upto_similar - counts[0] + 1) / (2 * upto - counts[1] + 1)
        n_similar = similar.sum(dim=1)
        average = (counts[0] * precision).sum(dim=1) / n_similar.clamp(min=1)
        queries = (n_similar > 0).to(average)
        return ((1 - average) * queries).sum() / queries.sum().clamp(min=1)
