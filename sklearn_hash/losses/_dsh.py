"""DSH: contrastive loss with a margin, and outputs regularised towards -1 and +1."""

from torch import Tensor

from sklearn_hash.losses._pairs import PairLoss, pair_weights
from sklearn_hash.losses._parameters import check_number


class DSHLoss(PairLoss):
    r"""Contrastive loss of deep supervised hashing, DSH [1]_.

    With the squared distance :math:`d_{ij} = \|z_i - z_j\|^2` of two outputs of the hash layer,

    .. math:: L = \frac{1}{2K} \operatorname{mean}_{ij} (s_{ij} d_{ij} + (1 - s_{ij}) \max(0, m - d_{ij}))
                  + 2 \lambda \operatorname{mean}_{ik} \bigl||z_{ik}| - 1\bigr|

    over the known pairs of the batch, and over all its rows and bits: similar rows are pulled together, dissimilar rows
    closer than the margin m are pushed apart. A similarity between 0 and 1 weights the two terms.

    Parameters
    ----------
    margin : "auto" or float, default="auto"
        Squared distance m beyond which the loss of dissimilar rows is 0; "auto" is the paper's ``2 * n_bits``, a
        Hamming distance of half the bits.
    quantization : float, default=0.01
        Weight :math:`\lambda` of the regulariser, the paper's alpha.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `similarity` do not agree.

    Notes
    -----
    ``loss(z, similarity)`` takes the output `z` of the hash layer, (n, n_bits), and the similarity of its rows, (n, n)
    in [0, 1] with NaN for unknown pairs; the diagonal is ignored. Without a known pair the loss is the regulariser.

    The paper sums over the bits in place of a mean, and regularises both rows of every pair, hence the factor 2. The
    value of the loss in the authors' code counts each row once, which is ``quantization=0.005``; its gradient is that
    of the paper's weight. The code draws each batch from a few classes.

    References
    ----------
    .. [1] H. Liu, R. Wang, S. Shan and X. Chen, "Deep Supervised Hashing for Fast Image Retrieval", CVPR 2016.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import DSHLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> DSHLoss()(z, similarity_matrix([0, 0, 1]))
    tensor(0.1092)
    """

    def __init__(self, margin="auto", quantization=0.01):
        super().__init__()
        self.margin = check_number("margin", margin, above=0, or_else=("auto",))
        self.quantization = check_number("quantization", quantization, least=0)

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        n_bits = z.shape[1]
        margin = 2 * n_bits if self.margin == "auto" else self.margin
        weights, _ = pair_weights(similarity)
        s, squares = similarity.nan_to_num(), z.square().sum(dim=1)
        d = (squares[:, None] + squares - 2 * z @ z.T).clamp(min=0)
        penalties = s * d + (1 - s) * (margin - d).clamp(min=0)
        return (weights * penalties).sum() / (2 * n_bits) + 2 * self.quantization * (z.abs() - 1).abs().mean()
