"""The dual hinge loss with a learned proxy of every class beside the rows of a batch."""

import torch
from torch import Tensor

from sklearn_hash.losses._dual_hinge import DualHingeLoss
from sklearn_hash.losses._labels import LabelLoss
from sklearn_hash.losses._pairs import normalized_weights
from sklearn_hash.losses._parameters import check_number, check_option
from sklearn_hash.losses._proxies import class_proxies
from sklearn_hash.losses._similarity import indicator_similarity


class DualHingeProxyLoss(LabelLoss):
    r"""Dual hinge loss of pairs of rows, and of rows and class proxies.

    An addition of this package to :class:`DualHingeLoss` [1]_. Every class c has a learned vector :math:`p_c`, its
    proxy. The loss of the pairs of a batch is added to the same divergence between relaxed codes
    :math:`h = \tanh(z)` and :math:`\tanh(p_c)`, averaged over rows and classes with weights w that sum to 1:

    .. math:: L = L_{\text{pairs}} + \mu f \sum_{ic} w_{ic} D(u_{ic}, s_{ic}) + \lambda L_{\text{quantization}},

    where i are the rows with one label, f is their fraction of the batch, and :math:`s_{ic}` is 1 if the label is c,
    else 0; a row of several labels belongs to no one class. If there are many classes, a batch has few pairs of similar
    rows, but every row of one label has a pair with its proxy.

    Parameters
    ----------
    n_bits : int
        Length of the codes.
    n_classes : int
        Number of classes, or of columns of an indicator.
    proxy_weight : float, default=3.0
        Weight :math:`\mu` of the pairs of a row and a proxy. With 0, the loss is :class:`DualHingeLoss`.
    similarity : {"share", "jaccard", "cosine"}, default="jaccard"
        Similarity of rows of several labels, as in :func:`similarity_matrix`.
    alpha, beta, shape, distance, class_weight, quantization
        As in :class:`DualHingeLoss`.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `labels` do not agree.

    Notes
    -----
    ``loss(z, labels)`` takes the output `z` of the hash layer, (n, n_bits), and int64 class numbers, (n,), or an
    indicator, (n, n_classes). A row without labels is dissimilar to all other rows. The proxies are the parameter
    ``proxies``, (n_classes, n_bits), to be trained with the network; ``pairs`` is the :class:`DualHingeLoss`.

    References
    ----------
    .. [1] C. Yan, G. Pang, X. Bai, C. Shen, J. Zhou and E. Hancock, "Deep Hashing by Discriminating Hard
       Examples", ACM Multimedia 2019, doi:10.1145/3343031.3350927.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import DualHingeProxyLoss
    >>> _ = torch.manual_seed(0)
    >>> loss = DualHingeProxyLoss(n_bits=2, n_classes=2)
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> value = loss(z, torch.tensor([0, 0, 1]))
    >>> value.backward()
    >>> loss.proxies.grad.shape
    torch.Size([2, 2])
    """

    def __init__(
        self,
        n_bits,
        n_classes,
        proxy_weight=3.0,
        similarity="jaccard",
        alpha=1.01,
        beta="auto",
        shape=1.0,
        distance="cosine",
        class_weight="sqrt",
        quantization=0.03,
    ):
        super().__init__(n_bits, n_classes)
        self.proxy_weight = check_number("proxy_weight", proxy_weight, least=0)
        self.similarity = check_option("similarity", similarity, ("share", "jaccard", "cosine"))
        self.pairs = DualHingeLoss(alpha, beta, shape, distance, class_weight, quantization, n_classes)
        self.proxies = class_proxies(self.n_bits, self.n_classes)

    def _loss(self, z: Tensor, indicator: Tensor) -> Tensor:
        h, proxies = torch.tanh(z), torch.tanh(self.proxies.to(z))
        single = (indicator.sum(dim=1, keepdim=True) == 1).to(z)
        known = single * torch.ones_like(indicator)
        weights = normalized_weights(indicator * single, known, self.pairs.class_weight)
        to_proxies = single.mean() * self.pairs.divergence(h, proxies, indicator, weights)
        return self.pairs(z, indicator_similarity(indicator, self.similarity)) + self.proxy_weight * to_proxies
