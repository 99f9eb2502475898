"""DTSH: negative log-likelihood of the triplets of a batch."""

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from sklearn_hash.losses._pairs import PairLoss
from sklearn_hash.losses._parameters import check_number

# Triplets in a block: without blocks, memory would grow with the third power of the batch. Larger blocks than on a CPU
# keep a GPU busy.
_CPU_BLOCK, _GPU_BLOCK = 2**18, 2**22


class DTSHLoss(PairLoss):
    r"""Negative log-likelihood of the triplets in deep triplet-supervised hashing, DTSH [1]_.

    A triplet is an anchor i, a row j similar to it and a row k dissimilar to it. With half the inner product
    :math:`\theta_{ij} = \frac{1}{2} \langle z_i, z_j \rangle` of two outputs of the hash layer, without an activation,

    .. math:: L = \operatorname{mean}_i \operatorname{mean}_{jk} \log(1 + e^{m - \theta_{ij} + \theta_{ik}})
                  + \lambda \operatorname{mean}_{ik} (z_{ik} - \operatorname{sign} z_{ik})^2

    over all triplets of each anchor, over the anchors that have one, and over all rows and bits. Rows are similar
    if their similarity is positive, and dissimilar if it is 0.

    Parameters
    ----------
    margin : "auto" or float, default="auto"
        Margin m between the similar and the dissimilar rows of an anchor; "auto" is the paper's ``n_bits / 2``, but at
        most 5.
    quantization : float, default=0.5
        Weight :math:`\lambda` of the quantization loss.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `similarity` do not agree.

    Notes
    -----
    ``loss(z, similarity)`` takes the output `z` of the hash layer, (n, n_bits), and the similarity of its rows, (n, n)
    in [0, 1] with NaN for unknown pairs; the diagonal is ignored. Without a triplet the loss is the quantization loss.
    Memory grows with the square of the batch.

    The authors' code samples triplets, 50 similar rows per anchor and for each of these 50 of every other class, from
    stored outputs of the whole training set that receive no gradient. Its quantization loss corresponds to
    ``quantization=n_bits / 225`` for ten classes.

    References
    ----------
    .. [1] X. Wang, Y. Shi and K. M. Kitani, "Deep Supervised Hashing with Triplet Labels", ACCV 2016.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import DTSHLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> DTSHLoss()(z, similarity_matrix([0, 0, 1]))
    tensor(0.3308)
    """

    def __init__(self, margin="auto", quantization=0.5):
        super().__init__()
        self.margin = check_number("margin", margin, least=0, or_else=("auto",))
        self.quantization = check_number("quantization", quantization, least=0)

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        margin = min(z.shape[1] / 2, 5.0) if self.margin == "auto" else self.margin
        likelihood = _TripletLikelihood.apply(z @ z.T / 2, similarity, margin)
        return likelihood + self.quantization * (z.abs() - 1).square().mean()


class _TripletLikelihood(torch.autograd.Function):
    """Mean over the triplets, with its gradient in the same pass: autograd would store every triplet."""

    @staticmethod
    def forward(ctx, theta, similarity, margin):
        similar, dissimilar = _triplet_weights(similarity)
        width, n_triplets = _block_size(similar)
        similar, near = (part[:, :width] for part in similar.sort(dim=1, descending=True))
        violation = margin - theta.gather(1, near)
        value, gradient = theta.new_zeros(()), torch.empty_like(theta)
        n_anchors = max(1, n_triplets // (len(theta) * width))
        parts = (part.split(n_anchors) for part in (theta, violation, similar, dissimilar, near, gradient))
        for far, close, w, v, at, slope in zip(*parts, strict=True):
            x = far[:, None, :] + close[:, :, None]
            value += (w * (F.softplus(x) @ v[:, :, None]).squeeze(2)).sum()
            force = x.sigmoid_()
            torch.mul((w[:, None, :] @ force).squeeze(1), v, out=slope)
            slope.scatter_add_(1, at, -w * (force @ v[:, :, None]).squeeze(2))
        ctx.save_for_backward(gradient)
        return value

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        (gradient,) = ctx.saved_tensors
        return grad * gradient, None, None


def _block_size(similar: Tensor) -> tuple[int, int]:
    """Return how many rows, the similar ones first, to compare with the dissimilar ones, and the triplets in a block.

    Most rows are similar to few others, and a CPU skips the rest. Reading their number from a GPU would make every step
    wait for it.
    """
    if similar.device.type == "cpu":
        return max(1, int((similar > 0).sum(dim=1).max())), _CPU_BLOCK
    return len(similar), _GPU_BLOCK


def _triplet_weights(similarity: Tensor) -> tuple[Tensor, Tensor]:
    """Return weights of the similar and of the dissimilar rows of each anchor; their products weight its triplets."""
    similar = (similarity > 0).to(similarity).fill_diagonal_(0)
    dissimilar = (similarity == 0).to(similarity).fill_diagonal_(0)
    n_similar, n_dissimilar = (part.sum(dim=1, keepdim=True) for part in (similar, dissimilar))
    n_anchors = ((n_similar > 0) & (n_dissimilar > 0)).sum()
    return similar / (n_similar * n_anchors).clamp(min=1), dissimilar / n_dissimilar.clamp(min=1)
