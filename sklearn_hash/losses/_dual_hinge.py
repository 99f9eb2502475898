"""The dual hinge loss: exponential penalties on near pairs, bounded ones on far pairs."""

import math

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from sklearn_hash.losses._pairs import CLASS_WEIGHTS, PairLoss, pair_weights
from sklearn_hash.losses._parameters import check_count, check_number, check_option
from sklearn_hash.losses._proxies import farthest_distance


class DualHingeLoss(PairLoss):
    r"""Dual hinge loss: exponential penalties on near pairs, bounded ones on far pairs [1]_.

    A relaxed Hamming distance :math:`d_{ij} = \frac{K}{2} (1 - \cos(h_i, h_j))` between relaxed codes
    :math:`h = \tanh(z)` gives a pair the probability :math:`u = e^{-\beta d}` of being similar. The loss is the
    symmetric skewed divergence between it and the similarity s,

    .. math:: D(u, s) = u \log \frac{\alpha u}{(\alpha - 1) u + s}
                        + s \log \frac{\alpha s}{(\alpha - 1) s + u},

    averaged with the class weights over the known pairs of the batch, plus the quantization loss
    :math:`\lambda \operatorname{mean}_{ik} (|h_{ik}| - 1)^2`. A dissimilar pair (s = 0) costs
    :math:`C e^{-\beta d}` with :math:`C = \log \frac{\alpha}{\alpha - 1}`, so that hard pairs, those at small
    distances, dominate. The loss of a similar pair (s = 1) increases from 0 at d = 0 to at most C.

    Parameters
    ----------
    alpha : float, default=1.01
        Skew of the divergence, greater than 1; the bound C increases as it approaches 1.
    beta : "auto" or float, default="auto"
        Rate at which u decays with the distance. "auto" is ``6 / n_bits``, or 3 over the distance that codes of
        `n_classes` classes can have from one another if that is less than half of n_bits.
    shape : float, default=1.0
        Shape a of the Gamma distribution whose survival function is :math:`u = Q(a, \beta d)`, at least 1. At 1, u is
        exponential; above 1 it is flat near d = 0.
    distance : {"cosine", "inner"}, default="cosine"
        "inner" is :math:`d_{ij} = \frac{1}{2} (K - \langle h_i, h_j \rangle)`.
    class_weight : {"sqrt", "balanced", None}, default="sqrt"
        Weights of similar and dissimilar pairs: "balanced" gives both the same total weight, None gives all pairs the
        same weight, "sqrt" is the geometric mean of the two.
    quantization : float, default=0.03
        Weight :math:`\lambda` of the quantization loss.
    n_classes : int or None, default=None
        Number of classes, for ``beta="auto"``.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `similarity` do not agree.

    Notes
    -----
    ``loss(z, similarity)`` takes the output `z` of the hash layer, (n, n_bits), and the similarity of its rows, (n, n)
    in [0, 1] with NaN for unknown pairs; the diagonal is ignored. Without a known pair the loss is the quantization
    loss.

    The loss is a reconstruction: the abstract of [1]_ is public, its formula is not. It follows the abstract and a
    later loss of the same first authors [2]_, described in the same words, with a distance that scales with n_bits.

    The distance that codes of `n_classes` classes can have from one another is estimated by the Griesmer bound for
    linear codes, with the number of classes rounded up to a power of two.

    References
    ----------
    .. [1] C. Yan, G. Pang, X. Bai, C. Shen, J. Zhou and E. Hancock, "Deep Hashing by Discriminating Hard
       Examples", ACM Multimedia 2019, doi:10.1145/3343031.3350927.
    .. [2] C. Yan, G. Pang, X. Bai, J. Zhou and L. Gu, "Beyond Triplet Loss: Person Re-identification with
       Fine-grained Difference-aware Pairwise Loss", arXiv:2009.10295.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import DualHingeLoss, similarity_matrix
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> DualHingeLoss()(z, similarity_matrix([0, 0, 1]))
    tensor(0.0207)
    """

    def __init__(
        self,
        alpha=1.01,
        beta="auto",
        shape=1.0,
        distance="cosine",
        class_weight="sqrt",
        quantization=0.03,
        n_classes=None,
    ):
        super().__init__()
        self.alpha = check_number("alpha", alpha, above=1)
        self.beta = check_number("beta", beta, above=0, or_else=("auto",))
        self.shape = check_number("shape", shape, least=1)
        self.distance = check_option("distance", distance, ("cosine", "inner"))
        self.class_weight = check_option("class_weight", class_weight, CLASS_WEIGHTS)
        self.quantization = check_number("quantization", quantization, least=0)
        self.n_classes = None if n_classes is None else check_count("n_classes", n_classes)

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        h = torch.tanh(z)
        weights, _ = pair_weights(similarity, self.class_weight)
        pairs = self.divergence(h, h, similarity, weights)
        return pairs + self.quantization * (h.abs() - 1).square().mean()

    def divergence(self, h: Tensor, others: Tensor, similarity: Tensor, weights: Tensor) -> Tensor:
        """Compute the weighted sum of the divergences between relaxed codes and others.

        Parameters
        ----------
        h, others : tensors of shape (n, n_bits) and (m, n_bits)
            Relaxed codes.
        similarity, weights : tensors of shape (n, m)
            Of the pairs.

        Returns
        -------
        divergence : tensor
            A scalar.
        """
        n_bits = h.shape[1]
        beta = self._beta(n_bits)
        rows = self._scaled(h, beta)
        products = rows @ (rows if others is h else self._scaled(others, beta)).T
        return _SkewedDivergence.apply(beta * n_bits / 2 - products, similarity, weights, self.alpha, self.shape)

    def _beta(self, n_bits: int) -> float:
        if self.beta != "auto":
            return self.beta
        if self.n_classes is None:
            return 6 / n_bits
        return 3 / min(max(farthest_distance(n_bits, self.n_classes), 1), n_bits / 2)

    def _scaled(self, h: Tensor, beta: float) -> Tensor:
        """Return rows whose inner products are beta K / 2 - beta d."""
        # eps bounds the gradient of rows near 0, whose direction is undefined
        r = F.normalize(h, eps=1e-4) * math.sqrt(h.shape[1]) if self.distance == "cosine" else h
        return r * math.sqrt(beta / 2)


class _SkewedDivergence(torch.autograd.Function):
    """Weighted sum of D(U||S) + D(S||U) over t = beta d, in half the time and memory that autograd takes."""

    @staticmethod
    def forward(ctx, t, similarity, weights, alpha, shape):
        # with a lower bound, x log x needs no special case at x = 0
        floor = 100 * torch.finfo(t.dtype).tiny
        u, density = _gamma_survival(t, shape, floor)
        s = similarity.nan_to_num().clamp_(min=floor)
        derivative = torch.add(s, u, alpha=alpha - 1)
        log_u = torch.div(u, derivative).mul_(alpha).log_()
        torch.div(s, derivative, out=derivative)
        log_s = torch.add(u, s, alpha=alpha - 1)
        torch.div(s, log_s, out=log_s)
        derivative.add_(log_u).sub_(log_s).mul_(density).mul_(weights)
        ctx.save_for_backward(derivative)
        log_s.mul_(alpha).log_()
        return log_s.mul_(s).addcmul_(u, log_u).mul_(weights).sum()

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        (derivative,) = ctx.saved_tensors
        return derivative * -grad, None, None, None, None


def _gamma_survival(t: Tensor, shape: float, floor: float) -> tuple[Tensor, Tensor]:
    """Return the survival function and the density of a Gamma distribution."""
    if shape == 1:
        u = torch.neg(t).exp_().clamp_(min=floor)
        return u, u
    t = t.clamp(min=0)  # it can be rounded to just below 0
    u = torch.special.gammaincc(torch.full_like(t, shape), t).clamp_(min=floor)
    return u, torch.log(t).mul_(shape - 1).sub_(t).sub_(math.lgamma(shape)).exp_()
