"""HashNet: weighted pairwise cross-entropy, with relaxed codes made binary by continuation."""

import torch
from torch import Tensor
from torch.nn import functional as F

from sklearn_hash.losses._pairs import PairLoss, pair_weights
from sklearn_hash.losses._parameters import check_number


class HashNetLoss(PairLoss):
    r"""Weighted pairwise cross-entropy of HashNet [1]_.

    With relaxed codes :math:`h = \tanh(\beta z)` and :math:`\theta_{ij} = \alpha \langle h_i, h_j \rangle`,

    .. math:: L = \sum_{ij} w_{ij} (\log(1 + e^{\theta_{ij}}) - s_{ij} \theta_{ij}) \Big/ \sum_{ij} w_{ij}

    over the known pairs of the batch. The weights :math:`w` give the few similar pairs the total weight of the many
    dissimilar ones. `beta` grows during training (continuation) until the relaxed codes are nearly binary; the codes,
    the signs of `z`, do not depend on it. A pair is similar if its similarity is positive. The paper's additional
    weight, the share of common labels, is left out, because it is 0 for every dissimilar pair.

    Parameters
    ----------
    alpha : "auto" or float, default="auto"
        Scale of the inner product; "auto" is ``10 / n_bits``.
    beta : float, default=1.0
        Initial value of the continuation. The current value is the buffer ``beta``, part of the state dict.
    class_weight : {"balanced", None} or float, default="balanced"
        "balanced" gives similar and dissimilar pairs of a batch the same total weight, None gives all pairs the same
        weight, and a number is the weight of a similar pair relative to a dissimilar one. The authors' code has the
        number of pairs over the number of similar pairs in the training set.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the shapes of `z` and `similarity` do not agree.

    Notes
    -----
    ``loss(z, similarity)`` takes the output `z` of the hash layer, (n, n_bits), and the similarity of its rows, (n, n)
    in [0, 1] with NaN for unknown pairs; the diagonal is ignored. Without a known pair the loss is 0.

    References
    ----------
    .. [1] Z. Cao, M. Long, J. Wang and P. S. Yu, "HashNet: Deep Learning to Hash by Continuation", ICCV 2017.

    Examples
    --------
    >>> import torch
    >>> from sklearn_hash.losses import HashNetLoss, similarity_matrix
    >>> loss = HashNetLoss()
    >>> z = torch.tensor([[1.0, -1.0], [2.0, -0.5], [-1.0, 1.0]])
    >>> loss(z, similarity_matrix([0, 0, 1]))
    tensor(0.0040)
    >>> loss.set_beta(7.0)
    >>> loss.state_dict()["beta"]
    tensor(7.)
    """

    beta: Tensor

    def __init__(self, alpha="auto", beta=1.0, class_weight="balanced"):
        super().__init__()
        self.alpha = check_number("alpha", alpha, above=0, or_else=("auto",))
        self.register_buffer("beta", torch.tensor(check_number("beta", beta, above=0)))
        self.class_weight = check_number("class_weight", class_weight, above=0, or_else=("balanced", None))

    def set_beta(self, value: float) -> None:
        """Set the current `beta`.

        Parameters
        ----------
        value : float
            The new `beta`, greater than 0.
        """
        self.beta.fill_(check_number("beta", value, above=0))

    def _loss(self, z: Tensor, similarity: Tensor) -> Tensor:
        alpha = 10 / z.shape[1] if self.alpha == "auto" else self.alpha
        h = torch.tanh(self.beta * z)
        weights, similar = pair_weights(similarity, self.class_weight)
        return F.binary_cross_entropy_with_logits(alpha * h @ h.T, similar, weights, reduction="sum")
